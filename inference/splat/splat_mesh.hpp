// Splats as surfaces of triangles.
#pragma once

#include "inference/mesh/mesh.hpp"
#include "inference/splat/splat.hpp"

#include <functional>

namespace easel::inference {

struct SplatMeshing {
    int64_t resolution = 384;   // of the density's grid, along its longest side
    int64_t reach = 5;          // grid points to each side that a Gaussian touches at most
    int64_t smoothing = 0;      // how often the surface is smoothed
    double level = 1;           // times the density that divides inside from outside best
    int64_t smallest_part = 0;  // connected parts with less corners are dropped
    double least_opacity = 0;   // fainter Gaussians are left out
    double color_sharpen = 1;   // above 1 colours follow the strongest Gaussian at each place
};

// The surface of the Gaussians' density, with linear colours at its corners, to be shown without light. Empty where
// there is none. `advance` hears which share is done. (SplatToMesh of the reference)
Mesh surface_of(const Splat& splat, const SplatMeshing& settings, const std::function<void(double)>& advance);

}  // namespace easel::inference
