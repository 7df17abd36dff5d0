// How a diffusion model wants latents: scaled relative to what the VAE makes, and how they look as colours.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace easel::inference {

struct LatentFormat {
    int64_t channels = 4;
    int64_t dimensions = 2;       // spatial ones: 3 for video
    int64_t downscale_ratio = 8;  // pixels per latent cell and side
    double scale = 1.0;           // model latent = (VAE latent - shift) * scale
    double shift = 0.0;

    // A linear guess of red, green and blue (-1..1) from each latent channel, for previews. Empty: no preview.
    std::vector<std::array<double, 3>> rgb_factors;
    std::array<double, 3> rgb_bias{0.0, 0.0, 0.0};

    Tensor to_model(const Tensor& latent) const { return (shift == 0.0 ? latent : latent - shift) * scale; }
    Tensor from_model(const Tensor& latent) const { return shift == 0.0 ? latent / scale : latent / scale + shift; }
};

// Stable Diffusion 1.x and 2.x.
LatentFormat sd15_latent_format();

}  // namespace easel::inference
