#include "inference/models/hidream_o1/vision.hpp"

#include "inference/layers/attention.hpp"

#include <cmath>

namespace easel::inference::hidream_o1 {
namespace {

constexpr int64_t pixels = 16, merge = 2;  // of a patch's side; patches of a token's side
constexpr int64_t head_size = 72;
constexpr double eps = 1e-6, rope_theta = 10000.0;

std::vector<int64_t> merged_shape(int64_t rows, int64_t columns) {
    return {rows / merge, merge, columns / merge, merge};
}

// [rows * columns, ...] row by row, as the tower has them: the four patches of a token one after the other.
Tensor in_merge_order(const Tensor& x, int64_t rows, int64_t columns) {
    return x.unflatten(0, merged_shape(rows, columns)).transpose(1, 2).flatten(0, 3);
}

// Angles [patches, head size / 2]: the first half of them tells the row, the second the column.
Tensor rope_angles(int64_t rows, int64_t columns) {
    constexpr int64_t axis = head_size / 2;
    const Tensor frequency = at::pow(at::Scalar(rope_theta), at::arange(0, axis, 2, at::kFloat) / static_cast<double>(axis)).reciprocal();
    const auto shape = {rows, columns};
    const Tensor row = at::arange(rows, at::kFloat).unsqueeze(1).expand(shape).flatten();
    const Tensor column = at::arange(columns, at::kFloat).unsqueeze(0).expand(shape).flatten();
    const Tensor angles = at::cat({row.unsqueeze(1) * frequency, column.unsqueeze(1) * frequency}, 1);
    return in_merge_order(angles, rows, columns);
}

// Turns the dimensions i and i + head size / 2 of `x` [patches, heads, head size].
Tensor rotated(const Tensor& x, const Tensor& cos, const Tensor& sin) {
    const std::vector<Tensor> halves = x.chunk(2, -1);
    return x * cos.unsqueeze(1) + at::cat({-halves[1], halves[0]}, -1) * sin.unsqueeze(1);
}

}  // namespace

VisionTower::Block::Block(const Weights& w)
    : norm1(w / "norm1", eps), norm2(w / "norm2", eps), qkv(w / "attn" / "qkv"), out(w / "attn" / "proj"),
      up(w / "mlp" / "linear_fc1"), down(w / "mlp" / "linear_fc2") {}

Tensor VisionTower::Block::operator()(const Tensor& x, const Tensor& cos, const Tensor& sin) const {
    const Tensor all = qkv(norm1(x)).unflatten(1, {3, -1, head_size});  // [patches, 3, heads, head size]
    const auto heads = [](const Tensor& tokens) { return tokens.transpose(0, 1).unsqueeze(0); };
    const Tensor q = rotated(all.select(1, 0), cos, sin), k = rotated(all.select(1, 1), cos, sin);
    const Tensor seen = merge_heads(attention(heads(q), heads(k), heads(all.select(1, 2)))).squeeze(0);
    const Tensor sum = x + out(seen);
    return sum + down(at::gelu(up(norm2(sum)), "tanh"));
}

VisionTower::VisionTower(const Weights& w)
    : weights_(w), patch_in_(w["patch_embed.proj.weight"]), patch_bias_(w["patch_embed.proj.bias"]),
      positions_(w["pos_embed.weight"]), merger_norm_(w / "merger" / "norm", eps),
      merger_in_(w / "merger" / "linear_fc1"), merger_out_(w / "merger" / "linear_fc2") {
    for (int64_t i = 0; i < w.count("blocks"); ++i)
        blocks_.emplace_back(w / "blocks" / i);
}

Tensor VisionTower::positions(int64_t rows, int64_t columns, at::ScalarType dtype) const {
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
    const Place row = along(rows), column = along(columns);
    const auto corner = [&](const Tensor& r, const Tensor& c, const Tensor& row_share, const Tensor& column_share) {
        const Tensor index = (r.unsqueeze(1) * side + c.unsqueeze(0)).flatten();
        const Tensor share = (row_share.unsqueeze(1) * column_share.unsqueeze(0)).flatten().unsqueeze(1);
        return positions_.rows(index, dtype) * share.to(dtype);
    };
    const Tensor table = corner(row.low, column.low, 1 - row.share, 1 - column.share) +
                         corner(row.low, column.high, 1 - row.share, column.share) +
                         corner(row.high, column.low, row.share, 1 - column.share) +
                         corner(row.high, column.high, row.share, column.share);
    return in_merge_order(table, rows, columns);
}

Tensor VisionTower::operator()(const Tensor& picture) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const int64_t rows = picture.size(2) / pixels, columns = picture.size(3) / pixels;
    Tensor patches = ((picture - 0.5) / 0.5).reshape({3, rows, pixels, columns, pixels}).permute({1, 3, 0, 2, 4});
    patches = in_merge_order(patches.reshape({rows * columns, 3, pixels, pixels}), rows, columns);
    // The tower reads videos; a picture is two frames that are alike.
    patches = patches.unsqueeze(2).expand({-1, -1, 2, -1, -1}).flatten(1).to(dtype);
    Tensor x = at::linear(patches, patch_in_.as(dtype).flatten(1), patch_bias_.as(dtype));
    x = x + positions(rows, columns, dtype);

    const Tensor angles = rope_angles(rows, columns);
    const Tensor both = at::cat({angles, angles}, 1);
    const Tensor cos = both.cos().to(dtype), sin = both.sin().to(dtype);
    for (const Block& block : blocks_)
        x = block(x, cos, sin);
    const Tensor merged = merger_norm_(x).view({rows * columns / (merge * merge), -1});
    return merger_out_(at::gelu(merger_in_(merged)));
}

}  // namespace easel::inference::hidream_o1
