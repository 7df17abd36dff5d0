#include "inference/vae/ltxv/blocks.hpp"

#include "inference/layers/timestep_embedding.hpp"
#include "inference/weights/blocks_of.hpp"

#include <ATen/ops/reflection_pad3d.h>

namespace easel::inference::ltxv_vae {
namespace {

constexpr double eps = 1e-6;

// Over the channels of every cell, with learned scale and shift.
Tensor layer_norm(const Tensor& x, const Weight& weight, const Weight& bias) {
    return at::layer_norm(x.movedim(1, -1), weight.shape(), weight.like(x), bias.like(x), eps).movedim(-1, 1);
}

// [batch, n * channels] as n tensors that broadcast over frames and space, offsets added.
std::vector<Tensor> modulations(const Tensor& rows, const Tensor& offsets) {
    const int64_t count = offsets.size(0);
    return (rows.unflatten(1, {count, -1}) + offsets).unsqueeze(-1).unsqueeze(-1).unsqueeze(-1).unbind(1);
}

// The same noise on all channels, each with its own weight. (ResnetBlock3D._feed_spatial_noise)
Tensor noisy(const Tensor& x, const Weight& amount, at::Generator* generator) {
    if (!amount || generator == nullptr) return x;
    const Tensor noise =
        at::randn({1, x.size(3), x.size(4)}, *generator, at::TensorOptions().dtype(at::kFloat)).to(x.options());
    return x + (noise * amount.like(x)).unsqueeze(0).unsqueeze(2);
}

}  // namespace

Tensor fold(const Tensor& x, const std::array<int64_t, 3>& by) {
    const auto [p, q, r] = by;
    return x.unflatten(4, {-1, r})
        .unflatten(3, {-1, q})
        .unflatten(2, {-1, p})
        .permute({0, 1, 3, 5, 7, 2, 4, 6})
        .flatten(1, 4);
}

Tensor unfold(const Tensor& x, const std::array<int64_t, 3>& by) {
    const auto [p, q, r] = by;
    return x.unflatten(1, {-1, p, q, r}).permute({0, 1, 5, 2, 6, 3, 7, 4}).flatten(6, 7).flatten(4, 5).flatten(2, 3);
}

Tensor Conv::operator()(const Tensor& x, bool causal) const {
    const int64_t kernel = weight.size(2), side = weight.size(3) / 2;
    const int64_t before = causal ? kernel - 1 : (kernel - 1) / 2, after = causal ? 0 : (kernel - 1) / 2;
    std::vector<Tensor> pieces;
    if (before > 0) pieces.push_back(x.slice(2, 0, 1).expand({-1, -1, before, -1, -1}));
    pieces.push_back(x);
    if (after > 0) pieces.push_back(x.slice(2, -1).expand({-1, -1, after, -1, -1}));
    Tensor padded = at::cat(pieces, 2);
    if (reflects) padded = at::reflection_pad3d(padded, {side, side, side, side, 0, 0});
    const int64_t zeros = reflects ? 0 : side;
    return at::conv3d(padded, weight.like(x), bias.like(x), stride, {0, zeros, zeros});
}

Norm::Norm(const Weights& w, std::string_view name, const Style& style) : kind(style.norm) {
    if (kind == Style::Norm::pixel) return;
    const Weights own = kind == Style::Norm::layer ? w / name / "norm" : w / name;
    weight = own["weight"];
    bias = own["bias"];
}

Tensor Norm::operator()(const Tensor& x) const {
    constexpr double pixel_eps = 1e-8;
    constexpr int64_t groups = 32;
    switch (kind) {
    case Style::Norm::pixel:
        return x / (x.square().mean(1, /*keepdim=*/true) + pixel_eps).sqrt();
    case Style::Norm::layer:
        return layer_norm(x, weight, bias);
    case Style::Norm::groups:
        return at::group_norm(x, groups, weight.like(x), bias.like(x), eps);
    }
    return x;
}

ResidualBlock::ResidualBlock(const Weights& w, const Style& style)
    : norm1(w, "norm1", style), norm2(w, "norm2", style), conv1(w / "conv1", style), conv2(w / "conv2", style),
      noise1(w.maybe("per_channel_scale1")), noise2(w.maybe("per_channel_scale2")),
      table(w.maybe("scale_shift_table")) {
    if (!w.has_part("conv_shortcut")) return;
    shortcut = w["conv_shortcut.weight"];
    shortcut_bias = w.maybe("conv_shortcut.bias");
    shortcut_norm = w["norm3.norm.weight"];
    shortcut_norm_bias = w["norm3.norm.bias"];
}

Tensor ResidualBlock::operator()(const Tensor& x, const Tensor& modulation, const Conditions& conditions) const {
    std::vector<Tensor> values;  // shift and scale, twice
    if (modulation.defined() && table) values = modulations(modulation, table.like(x));
    Tensor h = norm1(x);
    if (!values.empty()) h = h * (1.0 + values[1]) + values[0];
    h = noisy(conv1(at::silu(h), conditions.causal), noise1, conditions.noise);
    h = norm2(h);
    if (!values.empty()) h = h * (1.0 + values[3]) + values[2];
    h = noisy(conv2(at::silu(h), conditions.causal), noise2, conditions.noise);
    if (!shortcut) return x + h;
    const Tensor around = layer_norm(x, shortcut_norm, shortcut_norm_bias);
    return at::conv3d(around, shortcut.like(x), shortcut_bias.like(x)) + h;
}

Tensor TimeLayers::operator()(const Tensor& time, at::ScalarType dtype) const {
    constexpr int64_t frequencies = 256;
    return out(at::silu(in(timestep_embedding(time, frequencies).to(dtype))));
}

ResidualStage::ResidualStage(const Weights& w, const Style& style) {
    if (w.has_part("time_embedder")) time_.emplace(w / "time_embedder");
    blocks_ = blocks_of<ResidualBlock>(w / "res_blocks", style);
}

Tensor ResidualStage::operator()(const Tensor& x, const Conditions& conditions) const {
    Tensor modulation;
    if (time_ && conditions.time.defined()) modulation = (*time_)(conditions.time, x.scalar_type());
    Tensor h = x;
    for (const ResidualBlock& block : blocks_)
        h = block(h, modulation, conditions);
    return h;
}

Tensor FoldingStage::operator()(const Tensor& x, const Conditions&) const {
    const Tensor doubled = stride_[0] == 2 ? at::cat({x.slice(2, 0, 1), x}, 2) : x;
    const int64_t group = x.size(1) / conv_.weight.size(0);
    const Tensor around = fold(doubled, stride_).unflatten(1, {-1, group}).mean(2);
    return fold(conv_(doubled, /*causal=*/true), stride_) + around;
}

Tensor UnfoldingStage::operator()(const Tensor& x, const Conditions& conditions) const {
    const auto without_first = [this](const Tensor& frames) { return stride_[0] == 2 ? frames.slice(2, 1) : frames; };
    const Tensor h = without_first(unfold(conv_(x, conditions.causal), stride_));
    if (!residual_) return h;
    const Tensor around = unfold(x, stride_);
    return h + without_first(around.repeat({1, h.size(1) / around.size(1), 1, 1, 1}));
}

}  // namespace easel::inference::ltxv_vae
