// Matrix products and convolutions through oneDNN, with weights laid out beforehand as its kernels want them. An
// ordinary call lays them out anew each time, which takes longer than computing where a picture is small: a 3x3
// convolution over 1280 channels of 8x8 cells takes 33 ms this way and 81 ms the other.
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference {

// A plain weight [out, in] as oneDNN wants it for about `rows` rows, and the product with it.
Tensor packed_for_linear(const Tensor& weight, int64_t rows);
Tensor packed_linear(const Tensor& x, const Tensor& packed, const Tensor& bias);

// Whether the functions below may be used: the table asks for it, and there are kernels for this type here. Where the
// table allows it and the processor is fast at it, they multiply in half precision; there, and in float32 where that is
// fast too, through kernels of our own (panel_products.hpp, winograd.hpp).
bool runs_packed(const Weight& weight, const Tensor& x);

// As at::linear; `x` has two dimensions or more, the weight may be that of a 1x1 convolution.
Tensor packed_linear(const Tensor& x, const Weight& weight, const Weight& bias);

// A convolution with equal stride and padding in both directions.
struct ConvUse {
    int64_t stride = 1, padding = 0;
    bool doubles = false;  // every pixel of the input is first made 2x2 equal ones
    Tensor plus = {};      // added to the result, of its shape; may be undefined
    // For a weight that has to be made a kernel first: how, and a number of its own for each way.
    Tensor (*kernel)(const Tensor& weight) = nullptr;  // gives [out, in, height, width]
    int variant = 0;
};

// As at::conv2d. The last two dimensions of the weight are the kernel's height and width.
Tensor packed_conv2d(const Tensor& x, const Weight& weight, const Weight& bias, const ConvUse& use);

}  // namespace easel::inference
