// Matrix products and convolutions through oneDNN, with weights laid out beforehand as its kernels want them. An
// ordinary call lays them out anew each time, which takes longer than computing where a picture is small: a 3x3
// convolution over 1280 channels of 8x8 cells takes 33 ms this way and 81 ms the other.
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference {

// Whether the functions below may be used: the table asks for it, and oneDNN has kernels for this type here.
bool runs_packed(const Weight& weight, const Tensor& x);

// As at::linear; `x` has two dimensions or more, the weight may be that of a 1x1 convolution.
Tensor packed_linear(const Tensor& x, const Weight& weight, const Weight& bias);

// As at::conv2d with equal stride and padding in both directions.
Tensor packed_conv2d(const Tensor& x, const Weight& weight, const Weight& bias, int64_t stride, int64_t padding);

}  // namespace easel::inference
