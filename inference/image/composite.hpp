// Pasting one batch into another.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// `source` over `destination` (both [batch, channels, h, w]) with its corner at (x, y); what sticks out is cut off.
// `feather` cells at the edges inside the destination fade in linearly. (LatentComposite)
Tensor paste(const Tensor& destination, const Tensor& source, int64_t x, int64_t y, int64_t feather);

}  // namespace easel::inference
