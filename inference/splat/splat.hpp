// Clouds of Gaussians that look like a scene from every side (Kerbl et al. 2023), as SPLAT links carry them.
#pragma once

#include "inference/tensor.hpp"

#include <vector>

namespace easel::inference {

// float32 on the CPU. Axes are those of the format's cameras: x to the right, y down, z forward.
struct Splat {
    Tensor positions;  // [n, 3]
    Tensor scales;     // [n, 3]: standard deviations along the axes of each Gaussian
    Tensor rotations;  // [n, 4]: quaternions w, x, y, z
    Tensor opacities;  // [n, 1] in 0..1
    Tensor harmonics;  // [n, k, 3]: spherical harmonics of red, green and blue; the first is the base colour

    int64_t count() const { return positions.size(0); }
};

// The clouds of one link.
using Splats = std::vector<Splat>;

// What the first coefficient of the harmonics is multiplied with to be a colour around 0.5.
constexpr double base_harmonic = 0.28209479177387814;

// The base colours in 0..1, [n, 3], as a screen shows them.
Tensor base_colors(const Splat& splat);

// The Gaussians that `kept` [n] (bool) names.
Splat selected(const Splat& splat, const Tensor& kept);

// Turned about x, then y, then z (degrees), scaled along the axes, moved. Unequal scales change the shape of every
// Gaussian. Harmonics stay as they are. (TransformSplat of the reference)
struct SplatPlacement {
    double rotation[3] = {0, 0, 0};
    double scale[3] = {1, 1, 1};
    double translation[3] = {0, 0, 0};
};
Splat placed(const Splat& splat, const SplatPlacement& placement);

// The first clouds of all links as one, the second ones as one, and so on; lower degrees of harmonics are filled up
// with zeros. Throws a ValueError when links have different numbers of clouds. (MergeSplat of the reference)
Splats merged(const std::vector<Splats>& links);

}  // namespace easel::inference
