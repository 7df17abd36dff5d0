// Matrices seen otherwise than they are stored, encoded or not; what they hold is shared.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// The rows from `first` on: parts of layers that files keep as one.
Tensor row_part(const Tensor& matrix, int64_t first, int64_t count);

// The columns of an encoded matrix multiplied by `scale` [columns]: what layers multiply their inputs by before
// products with weights that were quantised so (AWQ, arXiv 2306.00978).
Tensor with_scaled_columns(const Tensor& matrix, const Tensor& scale);

}  // namespace easel::inference
