#include "inference/text/vision/qwen_vision.hpp"

#include "inference/layers/attention.hpp"

#include <algorithm>
#include <array>

namespace easel::inference {

namespace {

constexpr int64_t patch = 14;  // pixels
constexpr int64_t merged = 2;  // patches in each direction that become one vector
constexpr int64_t window = 4;  // merged patches in each direction that see each other
constexpr int64_t head_size = 80;
constexpr double eps = 1e-6;
constexpr std::array<int64_t, 4> blocks_that_see_all{7, 15, 23, 31};

// [patches, 3 * 2 * 14 * 14]: each patch twice, as two moments; the four that are merged follow each other.
Tensor patches_of(const Tensor& picture, const PatchGrid& grid) {
    const Tensor mean = at::tensor({0.48145466F, 0.4578275F, 0.40821073F}).view({1, 3, 1, 1});
    const Tensor deviation = at::tensor({0.26862954F, 0.26130258F, 0.27577711F}).view({1, 3, 1, 1});
    const Tensor resized =
        at::upsample_bilinear2d(picture.narrow(0, 0, 1).slice(-1, 0, 3).permute({0, 3, 1, 2}).contiguous(),
                                {grid.rows * patch, grid.columns * patch}, false);
    const Tensor pixels = (resized - mean) / deviation;
    return pixels.repeat({2, 1, 1, 1})
        .view({2, 3, grid.rows / merged, merged, patch, grid.columns / merged, merged, patch})
        .permute({2, 5, 3, 6, 1, 0, 4, 7})
        .reshape({grid.rows * grid.columns, 3 * 2 * patch * patch});
}

struct Windows {
    Tensor order;                // [merged patches]: the windows one after the other
    std::vector<int64_t> sizes;  // of each, in patches
};

Windows windows_of(const PatchGrid& grid) {
    const int64_t rows = grid.rows / merged, columns = grid.columns / merged;
    const Tensor index = at::arange(rows * columns, at::kLong).view({rows, columns});
    Windows windows;
    std::vector<Tensor> parts;
    for (int64_t row = 0; row < rows; row += window)
        for (int64_t column = 0; column < columns; column += window) {
            parts.push_back(index.slice(0, row, row + window).slice(1, column, column + window).flatten());
            windows.sizes.push_back(parts.back().numel() * merged * merged);
        }
    windows.order = at::cat(parts);
    return windows;
}

// The angles of each patch by its row and its column, [patches, head size / 2], in the order of patches_of().
Tensor angles_of(const PatchGrid& grid) {
    const Tensor exponents = at::arange(0, head_size / 2, 2, at::kFloat) / static_cast<double>(head_size / 2);
    const Tensor frequencies = at::pow(at::Scalar(10000.0), exponents).reciprocal();
    const auto ordered = [&](const Tensor& positions) {
        return positions.view({grid.rows / merged, merged, grid.columns / merged, merged})
            .permute({0, 2, 1, 3})
            .flatten()
            .unsqueeze(1);
    };
    const Tensor rows = at::arange(grid.rows, at::kFloat).unsqueeze(1).expand({grid.rows, grid.columns}).contiguous();
    const Tensor columns = at::arange(grid.columns, at::kFloat).expand({grid.rows, grid.columns}).contiguous();
    return at::cat({ordered(rows) * frequencies, ordered(columns) * frequencies}, 1);
}

// Rows of merged patches in another order.
Tensor reordered(const Tensor& x, const Tensor& order) {
    return x.view({-1, merged * merged, x.size(-1)}).index_select(0, order).view({x.size(0), x.size(-1)});
}

Tensor rotated(const Tensor& x, const Tensor& cos, const Tensor& sin) {  // [patches, heads, head size]
    const auto halves = x.chunk(2, -1);
    return x * cos.unsqueeze(1) + at::cat({-halves[1], halves[0]}, -1) * sin.unsqueeze(1);
}

}  // namespace

QwenVision::Block::Block(const Weights& w)
    : norm1(w / "norm1", eps), norm2(w / "norm2", eps), qkv(w / "attn" / "qkv"), proj(w / "attn" / "proj"),
      gate(w / "mlp" / "gate_proj"), up(w / "mlp" / "up_proj"), down(w / "mlp" / "down_proj"),
      heads(proj.in_features() / head_size) {}

Tensor QwenVision::Block::operator()(const Tensor& x, const Tensor& cos, const Tensor& sin,
                                     const std::vector<int64_t>& windows) const {
    const auto parts = qkv(norm1(x)).view({x.size(0), 3, heads, head_size}).unbind(1);  // each [patches, heads, size]
    const Tensor q = rotated(parts[0], cos, sin), k = rotated(parts[1], cos, sin);
    std::vector<Tensor> seen;
    int64_t begin = 0;
    for (const int64_t size : windows) {
        const auto heads_first = [&](const Tensor& t) { return t.narrow(0, begin, size).transpose(0, 1).unsqueeze(0); };
        seen.push_back(merge_heads(attention(heads_first(q), heads_first(k), heads_first(parts[2]))));
        begin += size;
    }
    const Tensor attended = x + proj(at::cat(seen, 1).squeeze(0));
    const Tensor normed = norm2(attended);
    return attended + down(at::silu(gate(normed)) * up(normed));
}

QwenVision::QwenVision(const Weights& w)
    : patches_((w / "patch_embed" / "proj")["weight"]), merger_norm_(w / "merger" / "ln_q", eps),
      merger_in_(w / "merger" / "mlp" / 0), merger_out_(w / "merger" / "mlp" / 2) {
    const int64_t count = w.count("blocks");
    for (int64_t i = 0; i < count; ++i)
        blocks_.emplace_back(w / "blocks" / i);
}

SeenPicture QwenVision::operator()(const Tensor& picture) const {
    const PatchGrid grid = patch_grid(picture.size(1), picture.size(2), patch);
    const Tensor pixels = patches_of(picture.to(at::kFloat), grid);
    const auto [order, window_sizes] = windows_of(grid);
    const std::vector<int64_t> everything{grid.rows * grid.columns};
    const Tensor half = reordered(angles_of(grid), order);
    const Tensor angles = at::cat({half, half}, 1);
    const Tensor cos = angles.cos(), sin = angles.sin();

    Tensor x = reordered(at::linear(pixels, patches_.like(pixels).flatten(1)), order);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const bool sees_all =
            std::ranges::find(blocks_that_see_all, static_cast<int64_t>(i)) != blocks_that_see_all.end();
        x = blocks_[i](x, cos, sin, sees_all ? everything : window_sizes);
    }
    const Tensor vectors = merger_out_(at::gelu(merger_in_(merger_norm_(x).view({-1, merger_in_.in_features()}))));
    return {.vectors = vectors.index_select(0, order.argsort()), .grid = grid};
}

Tensor QwenVision::positions(const std::vector<EmbeddedPrompt::Span>& spans, const std::vector<PatchGrid>& grids,
                             const Tensor& mask) const {
    return picture_positions(spans, grids, mask);
}

}  // namespace easel::inference
