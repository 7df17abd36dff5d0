// Pillow's Lanczos resampling of 8-bit pictures, to the bit.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// Resizes [batch, channels, h, w] with values in 0..1 by way of 8 bits a channel: values are cut to 0..255 and
// truncated, resampled with a Lanczos window of three lobes in fixed point, and divided by 255. With two or four
// channels the last is alpha, and colours are weighed by it. (comfy.utils.lanczos over PIL.Image.resize)
Tensor lanczos_through_bytes(const Tensor& samples, int64_t width, int64_t height);

// The same for uint8 [batch, h, w, channels] to [batch, height, width, channels].
Tensor lanczos_of_bytes(const Tensor& bytes, int64_t width, int64_t height);

}  // namespace easel::inference
