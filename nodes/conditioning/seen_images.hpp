// Pictures that text encoders with eyes look at, in the sizes that they were trained with.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::nodes {

// A picture [batch, height, width, channels] with about `pixels` pixels in its own proportions, whose sides are
// multiples of `unit`.
Tensor scaled_to_area(const Tensor& picture, int64_t pixels, int64_t unit = 1);

}  // namespace easel::nodes
