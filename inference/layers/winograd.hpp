// Convolutions with kernels of 3x3 by Winograd's F(2x2, 3x3), which multiplies 16 times where the plain sum does 36
// times. In float32 the result is as exact as the plain one; with float16 panels it is off by about two thousandths.
// The packed kernels take 16/9 of the plain ones' memory.
#pragma once

#include "inference/layers/panel_products.hpp"

namespace easel::inference {

// Whether a convolution of `x` with panels of this type gains by it.
bool suits_winograd(const Tensor& x, at::IntArrayRef weight, const ConvShape& shape, at::ScalarType type);

// A float32 or float16 weight [out, in, 3, 3] as the function below wants it, in panels of type kHalf or kFloat.
Tensor pack_winograd(const Tensor& weight, at::ScalarType type);

// As at::conv2d with stride 1 and padding 1: `x` float32 [batch, channels, height, width]; `bias` may be undefined; the
// result has channels innermost.
Tensor winograd_conv2d(const Tensor& x, const Tensor& packed, const Tensor& bias, int64_t out_channels);

}  // namespace easel::inference
