// The pictures that a video of Cosmos begins or ends with.
#pragma once

#include "inference/sampling/latent_image.hpp"
#include "inference/vae/vae.hpp"

#include <cstdint>
#include <optional>

namespace easel::inference::cosmos {

struct StartVideo {
    int64_t width, height, frames;  // pixels
    int64_t frames_per_latent;      // 8 for the first generation, 4 for Predict2
};

// [1, 16, latent frames, height / 8, width / 8] that holds the first and the last pictures [count, h, w, 3 or more] of
// any size, encoded, and a noise mask that is 0 there; neither given: an empty latent alone.
// (CosmosImageToVideoLatent, CosmosPredict2ImageToVideoLatent)
LatentImage start_latent(const Vae& vae, const std::optional<Tensor>& first, const std::optional<Tensor>& last,
                         const StartVideo& video);

}  // namespace easel::inference::cosmos
