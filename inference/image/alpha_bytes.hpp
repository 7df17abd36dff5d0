// Pictures of 8 bits a channel whose last channel is alpha. (Pillow's modes RGBA and RGBa)
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// Colours times alpha, and back. uint8 [..., 2 or 4] to the same.
Tensor premultiplied(const Tensor& bytes);
Tensor unpremultiplied(const Tensor& bytes);

// uint8 [h, w, 4] turned by `degrees` counter-clockwise, in a picture as large as it takes, transparent at its corners;
// bicubic between pixels. (PIL.Image.rotate with expand)
Tensor rotated(const Tensor& bytes, double degrees);

}  // namespace easel::inference
