#include "inference/vae/oobleck/oobleck.hpp"

#include "inference/sampling/noise.hpp"

#include <ATen/ops/softplus.h>

namespace easel::inference {

namespace oobleck {
namespace {

// Three units that see further and further.
std::vector<ResidualUnit> units_of(const Weights& layers, int64_t first) {
    std::vector<ResidualUnit> units;
    int64_t dilation = 1;
    for (int64_t i = 0; i < 3; ++i, dilation *= 3)
        units.emplace_back(layers / (first + i), dilation);
    return units;
}

// Kernels are two strides long.
int64_t stride_of(const Weights& conv) { return SoundWeight(conv).size(2) / 2; }

}  // namespace

Tensor Snake::operator()(const Tensor& x) const {
    constexpr double eps = 1e-9;
    const Tensor a = alpha.like(x).exp().view({1, -1, 1}), b = beta.like(x).exp().view({1, -1, 1});
    return x + (b + eps).reciprocal() * (x * a).sin().square();
}

ResidualUnit::ResidualUnit(const Weights& w, int64_t dilation)
    : first(w / "layers" / 0), second(w / "layers" / 2), wide(w / "layers" / 1, 1, dilation), narrow(w / "layers" / 3) {
}

Tensor ResidualUnit::operator()(const Tensor& x) const { return x + narrow(second(wide(first(x)))); }

DownStage::DownStage(const Weights& w)
    : units(units_of(w / "layers", 0)), activation(w / "layers" / 3),
      conv(w / "layers" / 4, stride_of(w / "layers" / 4), (stride_of(w / "layers" / 4) + 1) / 2, 1) {}

Tensor DownStage::operator()(Tensor x) const {
    for (const ResidualUnit& unit : units)
        x = unit(x);
    return conv(activation(x));
}

UpStage::UpStage(const Weights& w)
    : activation(w / "layers" / 0),
      conv(w / "layers" / 1, stride_of(w / "layers" / 1), (stride_of(w / "layers" / 1) + 1) / 2),
      units(units_of(w / "layers", 2)) {}

Tensor UpStage::operator()(Tensor x) const {
    x = conv(activation(x));
    for (const ResidualUnit& unit : units)
        x = unit(x);
    return x;
}

}  // namespace oobleck

namespace {

// Stages lie between the first convolution and the last activation and convolution.
template <class Stage>
std::vector<Stage> stages_of(const Weights& layers) {
    std::vector<Stage> stages;
    for (int64_t i = 1; i + 2 < layers.count(); ++i)
        stages.emplace_back(layers / i);
    return stages;
}

Weights from_end(const Weights& layers, int64_t index) { return layers / (layers.count() - index); }

}  // namespace

AutoencoderOobleck::AutoencoderOobleck(const Weights& w)
    : weights_(w), first_(w / "encoder" / "layers" / 0), last_(from_end(w / "encoder" / "layers", 1)),
      down_(stages_of<oobleck::DownStage>(w / "encoder" / "layers")),
      encoder_activation_(from_end(w / "encoder" / "layers", 2)), in_(w / "decoder" / "layers" / 0),
      out_(from_end(w / "decoder" / "layers", 1)), up_(stages_of<oobleck::UpStage>(w / "decoder" / "layers")),
      decoder_activation_(from_end(w / "decoder" / "layers", 2)) {}

int64_t AutoencoderOobleck::downscale_ratio() const {
    int64_t ratio = 1;
    for (const oobleck::UpStage& stage : up_)
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
    for (const oobleck::DownStage& stage : down_)
        h = stage(h);
    const auto parts = last_(encoder_activation_(h)).to(at::kFloat).chunk(2, 1);
    const Tensor noise = random_normal(parts[0].sizes(), 0).to(parts[0].device());
    return parts[0] + noise * (at::softplus(parts[1]) + least_deviation);
}

Tensor AutoencoderOobleck::decode(const Tensor& latent) const {
    Tensor h = in_(latent.to(weights_.device(), weights_.compute_dtype()));
    for (const oobleck::UpStage& stage : up_)
        h = stage(h);
    return out_(decoder_activation_(h)).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
