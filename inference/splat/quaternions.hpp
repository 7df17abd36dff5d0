// Rotations as quaternions w, x, y, z.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// [n, 4], of any length above 0, as matrices [n, 3, 3].
Tensor rotation_matrices(const Tensor& quaternions);

// Of rotation matrices [n, 3, 3], of length 1. The largest of w, x, y, z is positive.
Tensor quaternions_of(const Tensor& matrices);

// First `b`, then `a`: both [..., 4].
Tensor quaternion_product(const Tensor& a, const Tensor& b);

}  // namespace easel::inference
