// Filters on the two-dimensional spectrum of latents and features.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// A box of frequencies around the mean: that many on each side of it in each direction.
struct SpectrumScale {
    int64_t half_height = 1, half_width = 1;
    double inside = 1.0, outside = 1.0;  // factors
};

// [..., height, width] with its frequencies scaled; computed in float32, returned in the type of `x`.
Tensor scaled_spectrum(const Tensor& x, const SpectrumScale& scale);

}  // namespace easel::inference
