// Canny's edge detector with the conventions of the kornia library, which the reference uses.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// Edges of pictures [batch, h, w, 1 or 3] as [batch, h, w] of 0 and 1. The thresholds are compared with the magnitude
// of the unnormalised Sobel gradient of the grey picture after a 5 x 5 Gaussian of sigma 1; an edge above `low` counts
// where it is connected to one above `high`. Throws UserError when low is above high.
Tensor canny_edges(const Tensor& pixels, double low, double high);

}  // namespace easel::inference
