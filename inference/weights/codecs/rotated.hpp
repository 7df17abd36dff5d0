// Weights that were rotated before they were quantised, so that no few of their columns are much larger than the others
// (ConvRot): each group of columns was multiplied by an orthogonal matrix of ones and minus ones.
#pragma once

#include "inference/weights/encoded.hpp"

namespace easel::inference {

// What `values` encode, turned back. `group` is a power of four and divides the columns; throws ModelError for another
// when it is decoded. (comfy_kitchen.tensor.int8_utils)
std::shared_ptr<const Encoding> rotated_values(std::shared_ptr<const Encoding> values, int64_t group);

// Multiplies each `group` columns of a float32 matrix [rows, columns] by the regular Hadamard matrix of that size,
// scaled to be orthogonal, in place. Doing it twice changes nothing.
void rotate_groups(Tensor& matrix, int64_t group);

}  // namespace easel::inference
