// Morphology of grey values: growing and shrinking bright areas. Pixels outside a picture do not count.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <string_view>

namespace easel::inference {

// `operation` ("erode", "dilate", "open", "close", "gradient", "top_hat", "bottom_hat") over a square of `size` pixels
// on pictures [batch, h, w, channels]. Throws UserError for another name.
Tensor morphology(const Tensor& pixels, std::string_view operation, int64_t size);

enum class Corners { square, tapered };

// Masks [batch, h, w] grown by `pixels` pixels, or shrunk where it is negative. Tapered corners grow along rows and
// columns only, one pixel at a time. (GrowMask)
Tensor grow(const Tensor& masks, int64_t pixels, Corners corners);

}  // namespace easel::inference
