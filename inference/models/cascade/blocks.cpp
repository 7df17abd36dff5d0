#include "inference/models/cascade/blocks.hpp"

#include "inference/layers/attention.hpp"

namespace easel::inference::cascade {
namespace {

constexpr int64_t head_size = 64;
constexpr double pixel_norm_eps = 1e-6;

// Channels last, and back, without a copy.
Tensor to_pixels(const Tensor& x) { return x.permute({0, 2, 3, 1}); }
Tensor from_pixels(const Tensor& pixels) { return pixels.permute({0, 3, 1, 2}); }

}  // namespace

Tensor normalised(const Tensor& x) {
    return from_pixels(at::layer_norm(to_pixels(x), {x.size(1)}, {}, {}, pixel_norm_eps));
}

Tensor stretched(const Tensor& x, at::IntArrayRef size) { return at::upsample_bilinear2d(x, size, /*corners=*/true); }

ChannelMixing::ChannelMixing(const Weights& w) : in(w / 0), out(w / 4), gamma(w["2.gamma"]), beta(w["2.beta"]) {}

Tensor ChannelMixing::operator()(const Tensor& x) const {
    const Tensor h = at::gelu(in(to_pixels(x)));
    const Tensor strength = at::linalg_vector_norm(h, 2, at::IntArrayRef{1, 2}, /*keepdim=*/true);
    const Tensor relative = strength / (strength.mean(-1, /*keepdim=*/true) + pixel_norm_eps);
    return from_pixels(out(gamma.like(h) * (h * relative) + beta.like(h) + h));
}

ConvBlock::ConvBlock(const Weights& w)
    : depthwise(w["depthwise.weight"]), depthwise_bias(w.maybe("depthwise.bias")), mixing(w / "channelwise") {}

Tensor ConvBlock::operator()(const Tensor& x, const Tensor& skip) const {
    const std::vector<int64_t> padding{depthwise.size(2) / 2, depthwise.size(3) / 2};
    Tensor h = at::conv2d(x, depthwise.like(x), depthwise_bias.like(x), {1, 1}, padding, {1, 1}, x.size(1));
    h = normalised(h);
    return x + mixing(skip.defined() ? at::cat({h, skip}, 1) : h);
}

AttentionBlock::AttentionBlock(const Weights& w)
    : context(w / "kv_mapper" / 1), joined(w.maybe("attention.attn.in_proj_weight")),
      joined_bias(w.maybe("attention.attn.in_proj_bias")), out(w / "attention" / "attn" / "out_proj") {
    if (joined) return;
    for (const char* name : {"to_q", "to_k", "to_v"})
        separate.emplace_back(w / "attention" / "attn" / name);
}

Tensor AttentionBlock::projected(const Tensor& x, std::size_t index) const {
    return joined ? at::linear(x, joined.like(x).chunk(3)[index], joined_bias.like(x).chunk(3)[index])
                  : separate[index](x);
}

Tensor AttentionBlock::operator()(const Tensor& x, const Tensor& prompt) const {
    const Tensor pixels = to_pixels(normalised(x)).flatten(1, 2);  // [batch, height * width, channels]
    const Tensor seen = at::cat({pixels, context(at::silu(prompt))}, 1);
    const Tensor read =
        attention(projected(pixels, 0), projected(seen, 1), projected(seen, 2), pixels.size(2) / head_size);
    return x + from_pixels(out(read).unflatten(1, {x.size(2), x.size(3)}));
}

TimeBlock::TimeBlock(const Weights& w) : scales{Linear(w / "mapper")} {
    for (const char* name : {"mapper_sca", "mapper_crp"})
        if (w.has_part(name)) scales.emplace_back(w / name);
}

Tensor TimeBlock::operator()(const Tensor& x, const Tensor& times) const {
    const std::vector<Tensor> parts = times.chunk(static_cast<int64_t>(scales.size()), 1);
    Tensor both = scales[0](parts[0]);
    for (std::size_t i = 1; i < scales.size(); ++i)
        both = both + scales[i](parts[i]);
    const std::vector<Tensor> scale_and_shift = both.unsqueeze(-1).unsqueeze(-1).chunk(2, 1);
    return x * (scale_and_shift[0] + 1.0) + scale_and_shift[1];
}

Block make_block(const Weights& w) {
    if (w.has_part("depthwise")) return ConvBlock(w);
    if (w.has_part("attention")) return AttentionBlock(w);
    if (w.has_part("mapper")) return TimeBlock(w);
    return FeedForwardBlock(w);
}

}  // namespace easel::inference::cascade
