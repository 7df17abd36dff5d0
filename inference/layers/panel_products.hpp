// Matrix products and convolutions of float32 activations with weights in panels, by kernels of our own, for x86-64
// processors with AVX-512. Panels are float16 or float32:
//
// - float16: operands are rounded to half precision on the way into the multiplier, twice as fast as float32 on
//   processors that have the instructions (half_kernels.hpp), and nearer to it than bfloat16. Operands are scaled by
//   powers of two, so that nothing overflows: a result is off by about a thousandth of the typical result.
// - float32: nothing is rounded.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// Whether this processor has the instructions for panels of this type.
bool has_panel_products(at::ScalarType type);

// Whether a weight of this shape is worth it: few rows would leave most of a panel empty.
bool suits_panels(at::IntArrayRef weight);

// A float32 or float16 weight [out, in] or [out, in, height, width] as the functions below want it, of type kHalf or
// kFloat: as many values as the weight, made up to whole panels, and a factor for each panel.
Tensor pack_panels(const Tensor& weight, at::ScalarType type);

// As at::linear: `x` float32 [..., in]; `bias` may be undefined.
Tensor panel_linear(const Tensor& x, const Tensor& packed, const Tensor& bias, int64_t out_features);

struct ConvShape {
    int64_t out_channels, kernel_height, kernel_width, stride, padding;
};

// As at::conv2d: `x` float32 [batch, channels, height, width]; the result has channels innermost.
Tensor panel_conv2d(const Tensor& x, const Tensor& packed, const Tensor& bias, const ConvShape& shape);

}  // namespace easel::inference
