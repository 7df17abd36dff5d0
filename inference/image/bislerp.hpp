// Resizing of latents that turns between directions instead of mixing them, so that their length, and with it the
// contrast of the picture, is kept.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// [batch, channels, h, w] to [batch, channels, height, width], each channel vector interpolated spherically along the
// width and then along the height. (comfy.utils.bislerp)
Tensor bislerp(const Tensor& samples, int64_t width, int64_t height);

}  // namespace easel::inference
