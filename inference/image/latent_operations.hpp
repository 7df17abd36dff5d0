// Functions on latents that nodes hand to each other (LATENT_OPERATION).
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>

namespace easel::inference {

// [batch, channels, h, w] to the same shape.
using LatentOperation = std::function<Tensor(const Tensor&)>;

// Compresses the lengths of the channel vectors by Reinhard's curve; `multiplier` scales the white point, which is the
// mean length plus five standard deviations.
LatentOperation tonemap_reinhard(double multiplier);

struct Sharpening {
    int64_t radius = 9;
    double sigma = 1.0;
    double alpha = 0.1;
};

// An unsharp mask on the directions of the channel vectors; their lengths stay.
LatentOperation sharpen(Sharpening sharpening);

// [size, size], normalised; `sigma` is in units of half the width. (comfy_extras.nodes_post_processing.gaussian_kernel)
Tensor gaussian_kernel(int64_t size, double sigma);

}  // namespace easel::inference
