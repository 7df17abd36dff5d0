// Pictures of surfaces: which way they face, and how near they are.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// Nearness of `depth` [batch, height, width], 1 / depth between its 0.1 and 99.9 percent per picture, in 0..1. What is
// infinitely far or behind is 0. (MoGeRender of the reference, "depth")
Tensor disparity(const Tensor& depth);

// Which way the surface of `points` [batch, height, width, 3] (right, down, forward) faces: unit vectors, zeros where a
// point is infinite. (MoGeRender of the reference, for networks that tell no normals)
Tensor normals_of_points(const Tensor& points);

enum class GreenPoints { up, down };  // OpenGL's habit and DirectX's

// Unit vectors (right, down, forward) as colours in 0..1, blue facing the viewer.
Tensor normal_colors(const Tensor& normals, GreenPoints green);

}  // namespace easel::inference
