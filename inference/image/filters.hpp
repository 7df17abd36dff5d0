// Blurring and sharpening of pictures [batch, h, w, channels].
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// Weighed by a Gaussian over [-1, 1] x [-1, 1] that is laid over (2 radius + 1) x (2 radius + 1) pixels. Pictures
// continue as mirrored at their edges, so a side must be longer than the radius. (ImageBlur)
Tensor blur(const Tensor& pixels, int64_t radius, double sigma);

// The picture plus 10 * `amount` times what the same blur takes away, cut to 0..1. (ImageSharpen)
Tensor sharpen(const Tensor& pixels, int64_t radius, double sigma, double amount);

}  // namespace easel::inference
