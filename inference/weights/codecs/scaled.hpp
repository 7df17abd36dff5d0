// Small numbers with scales: whole tensors or rows of fp8 and int8 with one scale each, NVIDIA's fp4 with one for every
// sixteen values, and mxfp8 with one for every 32.
#pragma once

#include "inference/weights/encoded.hpp"

namespace easel::inference {

// `values` of any small type times `scale`, which is a number or broadcasts over the values ([rows, 1]).
std::shared_ptr<const Encoding> scaled_values(Tensor values, Tensor scale);

// `packed` [rows, columns / 2] bytes, two e2m1 numbers each, the first in the high bits; `block_scale` of type e4m3,
// one for sixteen values of a row, in the order of tensor cores (tiles of 128 rows and 4 columns); `scale` a number.
std::shared_ptr<const Encoding> nvfp4_values(Tensor packed, Tensor block_scale, Tensor scale);

// `values` of type e4m3 [rows, columns]; `block_scale` bytes, the exponents (less 127) of one power of two for 32
// values of a row, in the same order as those of nvfp4.
std::shared_ptr<const Encoding> mxfp8_values(Tensor values, Tensor block_scale);

}  // namespace easel::inference
