// Preparation of a picture for inpainting.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

struct InpaintPicture {
    Tensor pixels;  // [batch, h, w, c], grey (0.5) where the mask is 1
    Tensor mask;    // [batch, 1, h, w] in 0..1
};

// `pixels` [batch, h, w, c] cut around its centre to multiples of `cell`, and the mask ([batch, h, w] or [h, w])
// brought to the picture's size and cut alike.
InpaintPicture blank_masked(const Tensor& pixels, const Tensor& mask, int64_t cell);

// The rounded mask widened by about `pixels` / 2 to every side. (VAEEncodeForInpaint)
Tensor grown(const Tensor& mask, int64_t pixels);

}  // namespace easel::inference
