// How dense the Gaussians of a splat lie, on a regular grid.
#pragma once

#include "inference/splat/splat.hpp"

#include <functional>

namespace easel::inference {

struct DensityGrid {
    Tensor density;  // [x, y, z], float32: opacities of the Gaussians at the grid's points
    // Colours times weights and weights: opacities to the power of `sharpen`. Without sharpening `weight` is `density`.
    Tensor color;     // [x, y, z, 3], float16
    Tensor weight;    // [x, y, z], float16
    Tensor origin;    // [3], float32: where the first point lies
    float voxel = 1;  // distance of points
};

struct DensitySettings {
    int64_t resolution = 384;  // points along the longest side
    int64_t reach = 5;         // points to each side that a Gaussian touches at most
    double sharpen = 1;
};

// A Gaussian counts within three standard deviations. `advance` hears which share is done.
// (comfy_extras.nodes_gaussian_splat._splat_density)
DensityGrid density_of(const Splat& splat, const DensitySettings& settings, const std::function<void(double)>& advance);

// The value that divides `values` [n] best into two groups, among the middles of 256 bins. (Otsu 1979)
double otsu_level(const Tensor& values);

}  // namespace easel::inference
