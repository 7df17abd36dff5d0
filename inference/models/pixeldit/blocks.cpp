#include "inference/models/pixeldit/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace easel::inference::pixeldit {
namespace {

constexpr double theta = 10000.0, extent = 16.0;

struct Qkv {
    Tensor q, k, v;  // [batch, heads, tokens, head size]
};

Qkv heads_of(const Tensor& projected, const RmsNorm& q_norm, const RmsNorm& k_norm) {
    const int64_t size = q_norm.weight.size(0);
    const auto parts = projected.unflatten(-1, {3, -1, size}).permute({2, 0, 3, 1, 4}).unbind(0);
    return {q_norm(parts[0]), k_norm(parts[1]), parts[2]};
}

}  // namespace

Rope grid_rope(const Grid& grid, int64_t head_size) {
    const int64_t axis = head_size / 2;
    const auto angles = [&](int64_t count) {
        double base = theta;
        if (grid.trained_side && axis > 2)
            base *= std::pow(static_cast<double>(count) / static_cast<double>(*grid.trained_side),
                             static_cast<double>(axis) / static_cast<double>(axis - 2));
        return rope_table(at::linspace(0.0, extent, count, at::kFloat).unsqueeze(1), {axis}, base);
    };
    const Rope columns = angles(grid.columns), rows = angles(grid.rows);
    const auto joined = [&](const Tensor& of_columns, const Tensor& of_rows) {
        const std::vector<int64_t> shape{grid.rows, grid.columns, axis / 2};
        return at::stack({of_columns.unsqueeze(0).expand(shape), of_rows.unsqueeze(1).expand(shape)}, -1)
            .reshape({grid.rows * grid.columns, axis});
    };
    return {.cos = joined(columns.cos, rows.cos), .sin = joined(columns.sin, rows.sin)};
}

Tensor pixel_positions(int64_t height, int64_t width, int64_t dim) {
    const int64_t frequencies = dim / 4;
    const Tensor exponent = at::arange(frequencies, at::kFloat) / static_cast<double>(frequencies);
    const Tensor frequency = at::pow(at::Scalar(10000.0), exponent).reciprocal();
    const auto waves = [&](int64_t count) {  // [count, dim / 2]
        const Tensor angle = at::arange(count, at::kFloat).unsqueeze(1) * frequency;
        return at::cat({angle.sin(), angle.cos()}, 1);
    };
    const std::vector<int64_t> shape{height, width, dim / 2};
    return at::cat({waves(width).unsqueeze(0).expand(shape), waves(height).unsqueeze(1).expand(shape)}, -1)
        .reshape({height * width, dim});
}

Stream::Stream(const Weights& w, const std::string& ending, std::string_view modulation_name)
    : before_attention(w / ("norm" + ending + "1"), eps), before_mlp(w / ("norm" + ending + "2"), eps),
      q_norm(w / "attn" / ("q_norm" + ending), eps), k_norm(w / "attn" / ("k_norm" + ending), eps),
      qkv(w / "attn" / ("qkv" + ending)), out(w / "attn" / ("proj" + ending)), modulation(w / modulation_name / 0),
      mlp(w / ("mlp" + ending)) {}

void PatchBlock::operator()(Tensor& patch_tokens, Tensor& text_tokens, const Tensor& time, const Rope& patch_rope,
                            const Rope& text_rope) const {
    const auto of_patches = patches.modulation(time).chunk(6, -1), of_text = text.modulation(time).chunk(6, -1);
    const auto attend = [](const Stream& stream, const Tensor& x, const std::vector<Tensor>& m, const Rope& rope) {
        Qkv heads =
            heads_of(stream.qkv(modulate(stream.before_attention(x), m[1], m[0])), stream.q_norm, stream.k_norm);
        heads.q = rotate_pairs(heads.q, rope);
        heads.k = rotate_pairs(heads.k, rope);
        return heads;
    };
    const Qkv seen = attend(patches, patch_tokens, of_patches, patch_rope);
    const Qkv said = attend(text, text_tokens, of_text, text_rope);
    const Tensor mixed = merge_heads(
        attention(at::cat({said.q, seen.q}, 2), at::cat({said.k, seen.k}, 2), at::cat({said.v, seen.v}, 2)));
    const auto finish = [](const Stream& stream, Tensor& x, const Tensor& attended, const std::vector<Tensor>& m) {
        x = at::addcmul(x, m[2], stream.out(attended.contiguous()));
        x = at::addcmul(x, m[5], stream.mlp(modulate(stream.before_mlp(x), m[4], m[3])));
    };
    const int64_t text_count = text_tokens.size(1);
    finish(patches, patch_tokens, mixed.slice(1, text_count), of_patches);
    finish(text, text_tokens, mixed.narrow(1, 0, text_count), of_text);
}

PixelBlock::PixelBlock(const Weights& w)
    : modulation(w / "adaLN_modulation" / 0), compress(w / "compress_to_attn"), expand(w / "expand_from_attn"),
      qkv(w / "attn" / "qkv"), out(w / "attn" / "proj"), mlp_in(w / "mlp" / "fc1"), mlp_out(w / "mlp" / "fc2"),
      before_attention(w / "norm1", eps), before_mlp(w / "norm2", eps), q_norm(w / "attn" / "q_norm", eps),
      k_norm(w / "attn" / "k_norm", eps) {}

Tensor PixelBlock::operator()(const Tensor& x, const Tensor& patches, const Grid& grid) const {
    const int64_t count = grid.rows * grid.columns, batch = x.size(0) / count;
    const auto m = modulation(patches).unflatten(-1, {x.size(1), 6, x.size(2)}).unbind(2);  // of each pixel
    const Tensor whole = compress(modulate(before_attention(x), m[1], m[0]).flatten(1)).unflatten(0, {batch, count});
    const Qkv heads = heads_of(qkv(whole), q_norm, k_norm);
    const Rope rope = grid_rope(grid, q_norm.weight.size(0));
    const Tensor seen = out(merge_heads(attention(rotate_pairs(heads.q, rope), rotate_pairs(heads.k, rope), heads.v)));
    const Tensor attended = at::addcmul(x, m[2], expand(seen.flatten(0, 1)).view(x.sizes()));
    return at::addcmul(attended, m[5], mlp_out(at::gelu(mlp_in(modulate(before_mlp(attended), m[4], m[3])))));
}

}  // namespace easel::inference::pixeldit
