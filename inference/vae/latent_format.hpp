// How a diffusion model wants latents: scaled relative to what the VAE makes, and how they look as colours.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace easel::inference {

struct LatentFormat {
    int64_t channels = 4;
    int64_t dimensions = 2;                // spatial ones: 3 for video
    int64_t downscale_ratio = 8;           // pixels per latent cell and side
    int64_t temporal_downscale_ratio = 1;  // frames of a video, or samples of a sound, per cell
    double scale = 1.0;                    // model latent = (VAE latent - shift) * scale
    double shift = 0.0;
    // Statistics of each channel, where latents are normalised one by one: (latent - mean) / deviation * scale.
    std::vector<double> mean, deviation;
    // A frame of the model holds two of the autoencoder's, the earlier one's channels first; the first frame comes
    // twice.
    bool pairs_frames = false;

    // Cells that hold patches of finer ones, as their channels, are taken apart for previews into so many per side.
    int64_t preview_patch = 1;
    // A linear guess of red, green and blue (-1..1) from each latent channel (of a finer cell), for previews. Empty: no
    // preview.
    std::vector<std::array<double, 3>> rgb_factors;
    std::array<double, 3> rgb_bias{0.0, 0.0, 0.0};

    Tensor to_model(const Tensor& latent) const;
    Tensor from_model(const Tensor& latent) const;
};

// Stable Diffusion 1.x and 2.x.
LatentFormat sd15_latent_format();
LatentFormat sdxl_latent_format();
// Playground 2.5, otherwise an SDXL.
LatentFormat playground_latent_format();
LatentFormat sd3_latent_format();
LatentFormat flux_latent_format();
// FLUX.2's, which its autoencoder has normalised already.
LatentFormat flux2_latent_format();
// Pictures themselves in -1..1, for networks without an autoencoder: Chroma Radiance, Z-Image's pixel variant.
LatentFormat pixel_latent_format();
// Wan 2.1's, which Qwen-Image and Anima use as well: three dimensions.
LatentFormat wan21_latent_format();
// Wan 2.2's 5B model: 48 channels, a sixteenth of the size.
LatentFormat wan22_latent_format();

}  // namespace easel::inference
