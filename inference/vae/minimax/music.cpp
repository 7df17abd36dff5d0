#include "inference/vae/minimax/music.hpp"

#include "base/error.hpp"

namespace easel::inference {
namespace minimax_vae {
namespace {

// Kernels are two strides long.
int64_t longer_by(const Weights& conv) { return SoundWeight(conv).size(2) / 2; }

}  // namespace

LongerStage::LongerStage(const Weights& w)
    : activation(w / "block" / 0),
      conv(w / "block" / 1, longer_by(w / "block" / 1), (longer_by(w / "block" / 1) + 1) / 2) {
    int64_t dilation = 1;
    for (int64_t i = 2; i < 5; ++i, dilation *= 3)
        units.emplace_back(w / "block" / i, dilation);
}

Tensor LongerStage::operator()(Tensor x) const {
    x = conv(activation(x));
    for (const WaveUnit& unit : units)
        x = unit(x);
    return x;
}

}  // namespace minimax_vae

namespace {

constexpr int64_t music_channels = 2;

Weights model_from_end(const Weights& w, int64_t index) {
    const Weights layers = w / "decoder" / "model";
    return layers / (layers.count() - index);
}

}  // namespace

AutoencoderMinimaxMusic::AutoencoderMinimaxMusic(const Weights& w)
    : weights_(w), in_(w / "dec_in_proj"), first_(w / "decoder" / "model" / 0), last_(model_from_end(w, 1)),
      activation_(model_from_end(w, 2)) {
    const Weights layers = w / "decoder" / "model";
    for (int64_t i = 1; i + 2 < layers.count(); ++i)
        stages_.emplace_back(layers / i);
}

int64_t AutoencoderMinimaxMusic::downscale_ratio() const {
    int64_t ratio = 1;
    for (const minimax_vae::LongerStage& stage : stages_)
        ratio *= stage.conv.stride;
    return ratio;
}

std::optional<SoundFormat> AutoencoderMinimaxMusic::sound() const {
    return SoundFormat{.samples_per_cell = downscale_ratio()};
}

Tensor AutoencoderMinimaxMusic::encode(const Tensor&) const {
    throw UserError("MiniMax Music3 DAV cannot encode audio");
}

Tensor AutoencoderMinimaxMusic::decode(const Tensor& latent) const {
    const Tensor z = latent.to(weights_.device(), weights_.compute_dtype());
    Tensor h = first_(in_(z.reshape({z.size(0) * music_channels, -1, z.size(2)})));
    for (const minimax_vae::LongerStage& stage : stages_)
        h = stage(h);
    return last_(activation_(h)).tanh().view({z.size(0), music_channels, -1}).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
