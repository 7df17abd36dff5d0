// Conversions between colour spaces, of [..., 3, h, w] with sRGB in 0..1 unless said otherwise. (kornia.color)
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// Luma and colour differences, the latter around 0.5; back to 0..1.
Tensor rgb_to_ycbcr(const Tensor& rgb);
Tensor ycbcr_to_rgb(const Tensor& ycbcr);

// CIE L*a*b* for D65: L in 0..100, a and b around 0; back to 0..1.
Tensor rgb_to_lab(const Tensor& rgb);
Tensor lab_to_rgb(const Tensor& lab);

// The light that encoded values stand for, element by element: sRGB (IEC 61966-2-1), and HLG (BT.2100) as scene light.
Tensor srgb_to_linear(const Tensor& encoded);
Tensor hlg_to_linear(const Tensor& encoded);

}  // namespace easel::inference
