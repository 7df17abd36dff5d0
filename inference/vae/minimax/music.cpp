#include "inference/vae/minimax/music.hpp"

#include "base/error.hpp"

namespace easel::inference {
namespace {

constexpr int64_t music_channels = 2;

}  // namespace

AutoencoderMinimaxMusic::AutoencoderMinimaxMusic(const Weights& w)
    : weights_(w), in_(w / "dec_in_proj"), first_(w / "decoder" / "model" / 0),
      last_(dac::from_end(w / "decoder" / "model", 1)),
      stages_(dac::stages_of<dac::UpStage<minimax_vae::Wave>>(w / "decoder" / "model", "block")),
      activation_(dac::from_end(w / "decoder" / "model", 2)) {}

int64_t AutoencoderMinimaxMusic::downscale_ratio() const {
    int64_t ratio = 1;
    for (const auto& stage : stages_)
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
    for (const auto& stage : stages_)
        h = stage(h);
    return last_(activation_(h)).tanh().view({z.size(0), music_channels, -1}).to(at::kFloat).contiguous();
}

}  // namespace easel::inference
