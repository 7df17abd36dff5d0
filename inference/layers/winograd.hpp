// Convolutions with kernels of 3x3 by Winograd's F(2x2, 3x3), which multiplies 16 times where the plain sum does 36
// times. In float32 the result is as exact as the plain one; with float16 panels it is off by about two thousandths.
// The packed kernels take 16/9 of the plain ones' memory.
#pragma once

#include "inference/layers/panel_products.hpp"

namespace easel::inference {

// Whether a convolution of `x` (as it is convolved: doubled already) with panels of this kind gains by it.
bool suits_winograd(at::IntArrayRef x, at::IntArrayRef weight, const ConvShape& shape, PanelKind kind);

// A float32, float16 or bfloat16 weight [out, in, 3, 3] as the function below wants it. The kind is `half` or `single`.
Tensor pack_winograd(const Tensor& weight, PanelKind kind);

struct WinogradUse {
    int64_t out_channels;
    bool doubles = false;  // every pixel of `x` is first made 2x2 equal ones
    Tensor plus = {};      // added to the result: float32, channels innermost; may be undefined
};

// As at::conv2d with stride 1 and padding 1: `x` float32 [batch, channels, height, width]; `bias` may be undefined; the
// result has channels innermost. Of a doubled picture 9 of the 16 points are not zero.
Tensor winograd_conv2d(const Tensor& x, const Tensor& packed, PanelKind kind, const Tensor& bias,
                       const WinogradUse& use);

}  // namespace easel::inference
