#include "inference/vae/ace/ace.hpp"

#include "inference/vae/sound/mel.hpp"

#include <ATen/ops/replication_pad1d.h>

namespace easel::inference {
namespace {

constexpr double mean = -1.9091, scale = 0.1786;    // of latents: (latent - mean) * scale
constexpr double quietest = -11.0, loudest = 3.0;  // logarithms that stand for -1 and 1
constexpr Spectrogram windows{.fft_size = 2048, .hop = 512, .centred = false, .floor = 1e-6};
constexpr MelScale mel_scale{.sample_rate = 44100, .fft_size = 2048, .bins = 128, .lowest = 40.0, .highest = 16000.0};

// A vocoder whose every stage has a kernel of twice its rate.
VocoderBuild head_build(const Weights& w) {
    VocoderBuild build{.activation = VocoderBuild::Activation::silu};
    const Weights ups = w / "ups";
    for (int64_t i = 0; i < ups.count(); ++i)
        build.rates.push_back(SoundWeight(ups / i).size(2) / 2);
    const auto blocks = static_cast<std::size_t>(w.count("resblocks")) / build.rates.size();
    build.dilations.assign(blocks, {1, 3, 5});
    return build;
}

}  // namespace

namespace ace_vae {

Tensor Backbone::Norm::operator()(const Tensor& x) const {
    constexpr double eps = 1e-6;
    return at::layer_norm(x.transpose(1, 2), weight.shape(), weight.like(x), bias.like(x), eps).transpose(1, 2);
}

Backbone::Block::Block(const Weights& w)
    : depth(w / "dwconv"), norm_weight(w["norm.weight"]), norm_bias(w["norm.bias"]), widen(w["pwconv1.weight"]),
      widen_bias(w["pwconv1.bias"]), narrow(w["pwconv2.weight"]), narrow_bias(w["pwconv2.bias"]), scale(w["gamma"]) {}

Tensor Backbone::Block::operator()(const Tensor& x) const {
    constexpr double eps = 1e-6;
    Tensor h = depth(x).transpose(1, 2);
    h = at::layer_norm(h, norm_weight.shape(), norm_weight.like(h), norm_bias.like(h), eps);
    h = at::gelu(at::linear(h, widen.like(h), widen_bias.like(h)));
    h = at::linear(h, narrow.like(h), narrow_bias.like(h));
    return x + (h * scale.like(h)).transpose(1, 2);
}

Backbone::Backbone(const Weights& w) : norm(w / "norm") {
    const Weights channels = w / "channel_layers", blocks = w / "stages";
    for (int64_t i = 0; i < channels.count(); ++i) {
        const Weights first = channels / i / 0, second = channels / i / 1;
        const bool is_stem = i == 0;
        Stage stage{.blocks = {},
                    .conv = is_stem ? Conv1d(first, 1, /*padding_=*/0, 1) : Conv1d(second),
                    .norm = Norm(is_stem ? second : first)};
        for (int64_t j = 0; j < blocks.count(std::to_string(i)); ++j)
            stage.blocks.emplace_back(blocks / i / j);
        stages.push_back(std::move(stage));
    }
}

Tensor Backbone::operator()(Tensor x) const {
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const Stage& stage = stages[i];
        if (i == 0) {
            const int64_t side = stage.conv.weight.size(2) / 2;
            x = stage.norm(stage.conv(at::replication_pad1d(x, {side, side})));
        } else {
            x = stage.conv(stage.norm(x));
        }
        for (const Block& block : stage.blocks)
            x = block(x);
    }
    return norm(x);
}

}  // namespace ace_vae

AutoencoderAce::AutoencoderAce(const Weights& w)
    : weights_(w), encoder_(w / "dcae" / "encoder"), decoder_(w / "dcae" / "decoder"),
      backbone_(w / "vocoder" / "backbone"), head_(w / "vocoder" / "head", head_build(w / "vocoder" / "head")) {}

Tensor AutoencoderAce::encode(const Tensor& waveform) const {
    Tensor samples = waveform.to(weights_.device(), at::kFloat);
    if (const int64_t rest = samples.size(2) % downscale_ratio(); rest != 0)
        samples = at::constant_pad_nd(samples, {0, downscale_ratio() - rest});
    const Tensor mel = log_mel(samples, windows, mel_scale);  // [batch, 2, bins, frames]
    const Tensor picture = ((mel - quietest) / (loudest - quietest) - 0.5) / 0.5;
    const Tensor latent = encoder_(picture.to(weights_.compute_dtype())).to(at::kFloat);
    return ((latent - mean) * scale).contiguous();
}

Tensor AutoencoderAce::decode(const Tensor& latent) const {
    const Tensor z = latent.to(weights_.device(), weights_.compute_dtype()) / scale + mean;
    const Tensor mel = (decoder_(z) * 0.5 + 0.5) * (loudest - quietest) + quietest;
    const Tensor waveform = head_(backbone_(mel.flatten(0, 1)));  // channels one by one
    return waveform.view({latent.size(0), -1, waveform.size(2)}).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
