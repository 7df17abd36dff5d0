// Arithmetic on batches of latents: taking, repeating, joining and mixing their members.
#pragma once

#include "inference/sampling/latent_image.hpp"

#include <cstdint>

namespace easel::inference {

// `length` latents from `first` on (negative: counted from the end), with their masks and places in the seed's noise.
LatentImage take(const LatentImage& latent, int64_t first, int64_t length);

// The whole batch `amount` times; explicit places in the noise continue behind the last one.
LatentImage repeat(const LatentImage& latent, int64_t amount);

// Both batches, the second scaled to the first's size. (LatentBatch)
LatentImage join(const LatentImage& first, const LatentImage& second);

// `samples` resized to the height and width of `like` (centre crop, bilinear) and repeated to its batch size.
Tensor fit(const Tensor& samples, const Tensor& like);

// Directions mixed linearly and normalised, lengths mixed linearly, along the channels. (LatentInterpolate)
Tensor interpolate(const Tensor& first, const Tensor& second, double ratio);

}  // namespace easel::inference
