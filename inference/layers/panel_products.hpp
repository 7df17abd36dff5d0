// Matrix products and convolutions of float32 activations with weights in panels, by kernels of our own, for x86-64
// processors with AVX-512.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// How panels hold a weight, and in what they are multiplied.
enum class PanelKind {
    // Operands are rounded to half precision on the way into the multiplier, twice as fast as float32 on processors
    // that
    // have the instructions (half_kernels.hpp), and nearer to it than bfloat16. Operands are scaled by powers of two,
    // so
    // that nothing overflows: a result is off by about a thousandth of the typical result.
    half,
    // float32 products, nothing is rounded. Weights that are made of halves or bfloat16 stay so and are widened when
    // they are read, which takes half the memory.
    single,
    single_of_half,
    single_of_bfloat16,
};

// Whether this processor has the instructions for products in this type, kHalf or kFloat.
bool has_panel_products(at::ScalarType type);

// Whether a weight of this shape is worth it: few rows would leave most of a panel empty.
bool suits_panels(at::IntArrayRef weight);

// A weight [out, in] or [out, in, height, width] of float32, float16 or bfloat16 as the functions below want it: as
// many values as the weight, made up to whole panels, and for halves a factor for each panel. The kinds that keep a
// type take weights of that type only.
Tensor pack_panels(const Tensor& weight, PanelKind kind);

// As at::linear: `x` float32 [..., in]; `bias` may be undefined.
Tensor panel_linear(const Tensor& x, const Tensor& packed, PanelKind kind, const Tensor& bias, int64_t out_features);

// As at::linear with a dense weight [out, in] of float32, float16 or bfloat16, in float32: its panels are made one by
// one and not kept. For weights that are used once, and for 32 rows or more: with few, packing takes longer than the
// products.
Tensor passing_linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

struct ConvShape {
    int64_t out_channels, kernel_height, kernel_width, stride, padding;
};

// As at::conv2d: `x` float32 [batch, channels, height, width]; the result has channels innermost.
Tensor panel_conv2d(const Tensor& x, const Tensor& packed, PanelKind kind, const Tensor& bias, const ConvShape& shape);

}  // namespace easel::inference
