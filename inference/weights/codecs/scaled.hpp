// Small numbers with scales: whole tensors or rows of fp8 and int8 with one scale each, and NVIDIA's fp4 with one for
// every sixteen values.
#pragma once

#include "inference/weights/encoded.hpp"

namespace easel::inference {

// `values` of any small type times `scale`, which is a number or broadcasts over the values ([rows, 1]).
std::shared_ptr<const Encoding> scaled_values(Tensor values, Tensor scale);

// `packed` [rows, columns / 2] bytes, two e2m1 numbers each, the first in the high bits; `block_scale` of type e4m3,
// one for sixteen values of a row, in the order of tensor cores (tiles of 128 rows and 4 columns); `scale` a number.
std::shared_ptr<const Encoding> nvfp4_values(Tensor packed, Tensor block_scale, Tensor scale);

}  // namespace easel::inference
