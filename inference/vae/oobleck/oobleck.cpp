#include "inference/vae/oobleck/oobleck.hpp"

#include "inference/sampling/noise.hpp"

#include <ATen/ops/softplus.h>

namespace easel::inference {

namespace oobleck {

Tensor Snake::operator()(const Tensor& x) const {
    constexpr double eps = 1e-9;
    const Tensor a = alpha.like(x).exp().view({1, -1, 1}), b = beta.like(x).exp().view({1, -1, 1});
    return x + (b + eps).reciprocal() * (x * a).sin().square();
}

}  // namespace oobleck

AutoencoderOobleck::AutoencoderOobleck(const Weights& w)
    : weights_(w), first_(w / "encoder" / "layers" / 0), last_(dac::from_end(w / "encoder" / "layers", 1)),
      down_(dac::stages_of<dac::DownStage<oobleck::Snake>>(w / "encoder" / "layers", "layers")),
      encoder_activation_(dac::from_end(w / "encoder" / "layers", 2)), in_(w / "decoder" / "layers" / 0),
      out_(dac::from_end(w / "decoder" / "layers", 1)),
      up_(dac::stages_of<dac::UpStage<oobleck::Snake>>(w / "decoder" / "layers", "layers")),
      decoder_activation_(dac::from_end(w / "decoder" / "layers", 2)) {}

int64_t AutoencoderOobleck::downscale_ratio() const {
    int64_t ratio = 1;
    for (const auto& stage : up_)
        ratio *= stage.conv.stride;
    return ratio;
}

std::optional<SoundFormat> AutoencoderOobleck::sound() const {
    constexpr int64_t of_ace_step = 1920;
    const int64_t ratio = downscale_ratio(), rate = ratio == of_ace_step ? 48000 : 44100;
    return SoundFormat{.sample_rate = rate, .output_sample_rate = rate, .samples_per_cell = ratio};
}

Tensor AutoencoderOobleck::encode(const Tensor& waveform) const {
    constexpr double least_deviation = 1e-4;
    Tensor h = first_(waveform.to(weights_.device(), weights_.compute_dtype()));
    for (const auto& stage : down_)
        h = stage(h);
    const auto parts = last_(encoder_activation_(h)).to(at::kFloat).chunk(2, 1);
    const Tensor noise = random_normal(parts[0].sizes(), 0).to(parts[0].device());
    return parts[0] + noise * (at::softplus(parts[1]) + least_deviation);
}

Tensor AutoencoderOobleck::decode(const Tensor& latent) const {
    Tensor h = in_(latent.to(weights_.device(), weights_.compute_dtype()));
    for (const auto& stage : up_)
        h = stage(h);
    return out_(decoder_activation_(h)).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
