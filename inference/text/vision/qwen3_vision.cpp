#include "inference/text/vision/qwen3_vision.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace easel::inference {
namespace {

constexpr int64_t patch = 16, merge = 2;  // pixels of a patch's side; patches of a vector's side
constexpr double eps = 1e-6, rope_theta = 10000.0;

// [rows * columns, ...] row by row, as the tower has them: the four patches of a vector one after the other.
Tensor in_merge_order(const Tensor& x, const PatchGrid& grid) {
    return x.unflatten(0, {grid.rows / merge, merge, grid.columns / merge, merge}).transpose(1, 2).flatten(0, 3);
}

// Angles [patches, head size / 2]: the first half of them tells the row, the second the column.
Tensor rope_angles(const PatchGrid& grid, int64_t head_size) {
    const int64_t axis = head_size / 2;
    const Tensor exponents = at::arange(0, axis, 2, at::kFloat) / static_cast<double>(axis);
    const Tensor frequencies = at::pow(at::Scalar(rope_theta), exponents).reciprocal();
    const auto shape = {grid.rows, grid.columns};
    const Tensor row = at::arange(grid.rows, at::kFloat).unsqueeze(1).expand(shape).flatten();
    const Tensor column = at::arange(grid.columns, at::kFloat).unsqueeze(0).expand(shape).flatten();
    return in_merge_order(at::cat({row.unsqueeze(1) * frequencies, column.unsqueeze(1) * frequencies}, 1), grid);
}

// Turns the dimensions i and i + head size / 2 of `x` [patches, heads, head size].
Tensor rotated(const Tensor& x, const Tensor& cos, const Tensor& sin) {
    const std::vector<Tensor> halves = x.chunk(2, -1);
    return x * cos.unsqueeze(1) + at::cat({-halves[1], halves[0]}, -1) * sin.unsqueeze(1);
}

}  // namespace

Qwen3Vision::Block::Block(const Weights& w, int64_t head_size_)
    : norm1(w / "norm1", eps), norm2(w / "norm2", eps), qkv(w / "attn" / "qkv"), out(w / "attn" / "proj"),
      up(w / "mlp" / "linear_fc1"), down(w / "mlp" / "linear_fc2"), head_size(head_size_) {}

Tensor Qwen3Vision::Block::operator()(const Tensor& x, const Tensor& cos, const Tensor& sin) const {
    const Tensor all = qkv(norm1(x)).unflatten(1, {3, -1, head_size});  // [patches, 3, heads, head size]
    const auto heads = [](const Tensor& tokens) { return tokens.transpose(0, 1).unsqueeze(0); };
    const Tensor q = rotated(all.select(1, 0), cos, sin), k = rotated(all.select(1, 1), cos, sin);
    const Tensor seen = merge_heads(attention(heads(q), heads(k), heads(all.select(1, 2)))).squeeze(0);
    const Tensor sum = x + out(seen);
    return sum + down(at::gelu(up(norm2(sum)), "tanh"));
}

// The norm is over the four patches of a vector, unlike the last merger's.
Tensor Qwen3Vision::DeepMerger::operator()(const Tensor& x) const {
    return out(at::gelu(in(norm(x.reshape({-1, in.in_features()})))));
}

Qwen3Vision::Qwen3Vision(const Weights& w, int64_t head_size, Qwen3Resizing resizing, PositionsType positions_type)
    : weights_(w), resizing_(resizing), head_size_(head_size), positions_type_(positions_type),
      patch_in_(w["patch_embed.proj.weight"]), patch_bias_(w["patch_embed.proj.bias"]),
      positions_(w["pos_embed.weight"]), merger_norm_(w / "merger" / "norm", eps),
      merger_in_(w / "merger" / "linear_fc1"), merger_out_(w / "merger" / "linear_fc2") {
    blocks_ = blocks_of<Block>(w / "blocks", head_size);
    deep_ = deep_mergers(w / "deepstack_merger_list");
}

// Which blocks they are behind does not show in the weights: the published towers have 24 blocks or 27.
std::vector<Qwen3Vision::DeepMerger> Qwen3Vision::deep_mergers(const Weights& list) const {
    constexpr std::array<std::size_t, 3> of_24{5, 11, 17}, of_27{8, 16, 24};
    const auto& places = blocks_.size() <= 24 ? of_24 : of_27;
    std::vector<DeepMerger> result;
    for (std::size_t i = 0; i < places.size() && list.has_part(std::to_string(i)); ++i) {
        const Weights w = list / static_cast<int64_t>(i);
        result.push_back({.behind = places[i],
                          .norm = LayerNorm(w / "norm", eps),
                          .in = Linear(w / "linear_fc1"),
                          .out = Linear(w / "linear_fc2")});
    }
    return result;
}

Tensor Qwen3Vision::learned_positions(const PatchGrid& grid) const {
    const at::ScalarType stored = positions_.stored().scalar_type();
    const bool is_half = stored == at::kBFloat16 || stored == at::kHalf;
    const at::ScalarType computed = weights_.compute_dtype();
    const at::ScalarType dtype = positions_type_ == PositionsType::stored && is_half ? stored : computed;
    const auto side = static_cast<int64_t>(std::sqrt(static_cast<double>(positions_.size(0))));
    // Between which rows of the table a row of the grid lies, and how far from the first of them.
    struct Place {
        Tensor low, high, share;
    };
    const auto along = [side](int64_t count) {
        const Tensor place = at::linspace(0, static_cast<double>(side - 1), count, at::kFloat);
        const Tensor low = place.to(at::kLong);
        return Place{low, (low + 1).clamp_max(side - 1), place - low};
    };
    const Place row = along(grid.rows), column = along(grid.columns);
    const auto corner = [&](const Tensor& r, const Tensor& c, const Tensor& row_share, const Tensor& column_share) {
        const Tensor index = (r.unsqueeze(1) * side + c.unsqueeze(0)).flatten();
        const Tensor share = (row_share.unsqueeze(1) * column_share.unsqueeze(0)).flatten().unsqueeze(1);
        return positions_.rows(index, dtype) * share.to(dtype);
    };
    const Tensor table = corner(row.low, column.low, 1 - row.share, 1 - column.share) +
                         corner(row.low, column.high, 1 - row.share, column.share) +
                         corner(row.high, column.low, row.share, 1 - column.share) +
                         corner(row.high, column.high, row.share, column.share);
    return in_merge_order(table, grid).to(computed);
}

SeenPicture Qwen3Vision::look_at(const Tensor& pixels) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const PatchGrid grid{.rows = pixels.size(2) / patch, .columns = pixels.size(3) / patch};
    // The tower reads films; a picture is two frames that are alike.
    const Tensor frames = pixels.expand({2, -1, -1, -1});
    Tensor patches = frames.reshape({2, 3, grid.rows, patch, grid.columns, patch}).permute({2, 4, 1, 0, 3, 5});
    patches = in_merge_order(patches.reshape({grid.rows * grid.columns, 3, 2, patch, patch}), grid);
    patches = patches.flatten(1).to(dtype);
    Tensor x = at::linear(patches, patch_in_.as(dtype).flatten(1), patch_bias_.as(dtype));
    x = x + learned_positions(grid);

    const Tensor angles = rope_angles(grid, head_size_);
    const Tensor both = at::cat({angles, angles}, 1);
    const Tensor cos = both.cos().to(dtype), sin = both.sin().to(dtype);
    SeenPicture seen{.vectors = {}, .grid = grid};
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        x = blocks_[i](x, cos, sin);
        for (const DeepMerger& merger : deep_)
            if (merger.behind == i) seen.deep.push_back(merger(x));
    }
    seen.vectors = merger_out_(at::gelu(merger_in_(merger_norm_(x).view({-1, merger_in_.in_features()}))));
    return seen;
}

SeenPicture Qwen3Vision::operator()(const Tensor& picture) const {
    const PatchGrid grid = patch_grid(picture.size(1), picture.size(2), patch, resizing_.limits);
    const std::vector<int64_t> size{grid.rows * patch, grid.columns * patch};
    const int64_t seen = resizing_.pairs_frames ? std::min<int64_t>(2, picture.size(0)) : 1;
    const Tensor planes = picture.narrow(0, 0, seen).slice(-1, 0, 3).permute({0, 3, 1, 2}).to(at::kFloat).contiguous();
    const Tensor resized = resizing_.bicubic ? at::upsample_bicubic2d(planes, size, /*align_corners=*/false)
                                             : at::upsample_bilinear2d(planes, size, /*align_corners=*/false);
    return look_at((resized - 0.5) / 0.5);
}

Tensor Qwen3Vision::positions(const std::vector<EmbeddedPrompt::Span>& spans, const std::vector<PatchGrid>& grids,
                              const Tensor& mask) const {
    return picture_positions(spans, grids, at::ones_like(mask));
}

}  // namespace easel::inference
