// What LATENT links carry: a batch of latents as the VAE encodes them (not yet scaled for a diffusion model), and what
// later samplers need to know about them.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace easel::inference {

// What a network makes together with the first samples, as the sound of a video: latents of a shape of their own.
struct LatentStream {
    Tensor samples;                    // [batch, channels, ...]
    std::optional<Tensor> noise_mask;  // as LatentImage's
};

struct LatentImage {
    Tensor samples;                    // [batch, channels, height, width], or [batch, channels, frames, height, width]
    std::optional<Tensor> noise_mask;  // [batch, 1, h, w] or [batch, h, w] in 0..1, any size; 1 is where to sample

    // Which element of the seed's noise each sample gets, so that one picture of a batch can be made again alone.
    std::optional<std::vector<int64_t>> batch_index;

    // How many pixels a side of one latent cell stands for, where an empty latent was made for one kind of model; an
    // empty latent is brought to the scale of the model that samples it.
    std::optional<int64_t> downscale_ratio;
    // Likewise along time: how many frames of a video, or samples of a sound, one cell stands for.
    std::optional<int64_t> temporal_downscale_ratio = {};

    std::vector<LatentStream> streams = {};  // beside `samples`, for networks that make several things at once
};

}  // namespace easel::inference
