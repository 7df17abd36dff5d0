// The sampler of autoregressive video models: each block of frames is sampled to its end before the next one begins.
#pragma once

#include "inference/sampling/conditioning.hpp"
#include "inference/sampling/sampler.hpp"

namespace easel::inference::wan {

// Frames to go on from, in the model's scale. Comes with a model handle's options.
struct FirstFrames : Attachment {
    static constexpr std::string_view name = "ar_video_first_frames";
    Tensor latent;  // [1, channels, frames, h, w]

    explicit FirstFrames(Tensor latent_) : latent(std::move(latent_)) {}
};

// `frames` latent frames a block, as the model was trained. Throws UserError for a network that makes whole videos, for
// pictures and for masked latents. (sample_ar_video)
SamplerFunction ar_video(int64_t frames);

}  // namespace easel::inference::wan
