#include "inference/vae/minimax/sound.hpp"

#include "inference/layers/attention.hpp"

#include <ATen/ops/adaptive_avg_pool1d.h>
#include <ATen/ops/scaled_dot_product_attention.h>

namespace easel::inference {
namespace minimax_vae {
namespace {

constexpr int64_t summary_heads = 8;

}  // namespace

Tensor Wave::operator()(const Tensor& x) const {
    constexpr double least = 1e-9;
    const Tensor& a = alpha.like(x);
    return x + (a + least).reciprocal() * (a * x).sin().square();
}

Summary::Summary(const Weights& w)
    : norm1_(w / "norm1"), norm2_(w / "norm2"), norm3_(w / "norm3"), gate_norm_(w / "mlp" / "norm"),
      narrow_(w / "proj"), attention_out_(w / "attn" / "proj"), gate_(w / "mlp" / "w0"), up_(w / "mlp" / "w1"),
      down_(w / "mlp" / "w2"), qkv_(w["attn.qkv.weight"]), q_bias_(w["attn.q_bias"]), k_bias_(w["attn.zero_k_bias"]),
      v_bias_(w["attn.v_bias"]) {}

// The heads are averaged, and their values pooled to the few channels.
Tensor Summary::attend(const Tensor& x) const {
    const Tensor bias = at::cat({q_bias_.like(x), k_bias_.like(x), v_bias_.like(x)});
    const auto parts = at::linear(x, qkv_.like(x), bias).chunk(3, -1);
    const auto heads = [](const Tensor& part) { return split_heads(part, summary_heads); };
    const Tensor seen =
        at::scaled_dot_product_attention(heads(parts[0]), heads(parts[1]), heads(parts[2]), {}, 0.0, true);
    return attention_out_(at::adaptive_avg_pool1d(seen.mean(1), {attention_out_.in_features()}));
}

Tensor Summary::operator()(const Tensor& x) const {
    const Tensor few = narrow_(norm3_(x)) + attend(norm1_(x));
    const Tensor normal = gate_norm_(norm2_(few));
    return few + down_(at::gelu(gate_(normal), "tanh") * up_(normal));
}

}  // namespace minimax_vae

namespace {

constexpr int64_t sample_rate = 32000, channels_of_sound = 2;

// Each stage's convolution is less than two strides long, by as much as the stride is odd.
VocoderBuild vocoder_build(const Weights& w) {
    VocoderBuild build{.rates = {},
                       .dilations = {{1, 3, 5}, {1, 3, 5}, {1, 3, 5}},
                       .activation = VocoderBuild::Activation::snake,
                       .end = VocoderBuild::End::clamp};
    for (int64_t i = 0; i < w.count("ups"); ++i)
        build.rates.push_back((w["ups." + std::to_string(i) + ".0.weight"].size(2) + 1) / 2);
    return build;
}

// [batch, channels, moments] of each channel of a sound and [batch, channels, 2, moments] of the whole.
Tensor channels_apart(const Tensor& latent) { return latent.transpose(1, 2).flatten(0, 1); }
Tensor channels_together(const Tensor& latent) {
    return latent.unflatten(0, {-1, channels_of_sound}).transpose(1, 2).contiguous();
}

}  // namespace

AutoencoderMinimaxSound::AutoencoderMinimaxSound(const Weights& w)
    : weights_(w), first_(w / "encoder" / "block" / 0),
      stages_(dac::stages_of<dac::DownStage<minimax_vae::Wave>>(w / "encoder" / "block", "block")),
      activation_(dac::from_end(w / "encoder" / "block", 2)), last_(dac::from_end(w / "encoder" / "block", 1)),
      summary_(w / "pre_block"), mean_(w / "mean_proj"), in_(w / "dec_in_proj"),
      vocoder_(w / "decoder", vocoder_build(w / "decoder")), latent_mean_(w["latents_mean"]),
      latent_deviation_(w["latents_std"]) {
    for (const auto& stage : stages_)
        samples_per_moment_ *= stage.conv.stride;
}

std::optional<SoundFormat> AutoencoderMinimaxSound::sound() const {
    return SoundFormat{.sample_rate = sample_rate,
                       .output_sample_rate = sample_rate,
                       .samples_per_cell = samples_per_moment_,
                       .rows = channels_of_sound};
}

Tensor AutoencoderMinimaxSound::encode(const Tensor& waveform) const {
    const Tensor x = waveform.to(weights_.device(), weights_.compute_dtype()).flatten(0, 1).unsqueeze(1);
    const int64_t rest = x.size(2) % samples_per_moment_;
    Tensor h = first_(rest == 0 ? x : at::constant_pad_nd(x, {0, samples_per_moment_ - rest}));
    for (const auto& stage : stages_)
        h = stage(h);
    const Tensor heard = summary_(last_(activation_(h)).transpose(1, 2)).transpose(1, 2);
    const Tensor mean = mean_(heard);
    const auto each = [&](const Weight& weight) { return weight.like(mean).view({1, -1, 1}); };
    return channels_together((mean - each(latent_mean_)) / each(latent_deviation_)).to(at::kFloat);
}

Tensor AutoencoderMinimaxSound::decode(const Tensor& latent) const {
    const Tensor z = channels_apart(latent.to(weights_.device(), weights_.compute_dtype()));
    const auto each = [&](const Weight& weight) { return weight.like(z).view({1, -1, 1}); };
    const Tensor made = vocoder_(in_(z * each(latent_deviation_) + each(latent_mean_)));  // [batch * 2, 1, samples]
    return made.view({latent.size(0), channels_of_sound, -1}).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
