// Masks of four levels, as video inpainting by VOID takes them.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// `mask` [batch, h, w] in 0..1 (or 0..255): what is dark grows by `width` pixels, values go to the nearest of 0, 63,
// 127 and 255, and are turned over into 0..1. (VOIDQuadmaskPreprocess)
Tensor quadmask(const Tensor& mask, int64_t width);

}  // namespace easel::inference
