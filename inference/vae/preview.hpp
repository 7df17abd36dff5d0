// A quick look at a latent while it is being sampled: colours guessed linearly from its channels, one pixel a cell.
#pragma once

#include "inference/tensor.hpp"
#include "inference/vae/latent_format.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace easel::inference {

struct RgbPreview {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;  // red, green, blue per pixel, rows from the top
};

// Of the first latent of a batch, as the model sees it (that is, scaled by the format). Nothing when the format has no
// colour factors or another number of channels.
std::optional<RgbPreview> latent_preview(const LatentFormat& format, const Tensor& latent);

}  // namespace easel::inference
