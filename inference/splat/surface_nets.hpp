// The surface where a density crosses a level, with one corner in each cell that it passes (Gibson 1998, "Constrained
// elastic surface nets"), and what is done to such surfaces.
#pragma once

#include "inference/mesh/mesh.hpp"

namespace easel::inference {

// `volume` [x, y, z], float32: values at points `voxel` apart, the first of them at `origin` [3]. Larger values are
// inside. Each corner is the mean of the places where the cell's edges cross the level. Empty where nothing crosses.
// (comfy_extras.nodes_gaussian_splat._surface_nets)
Mesh surface_net(const Tensor& volume, float level, const Tensor& origin, float voxel);

// Without the connected parts that have less than `fewest` corners, and without those that line the largest part from
// inside: they lie within its box and face the other way. (_clean_components)
Mesh without_floaters(const Mesh& mesh, int64_t fewest);

// Corners move towards the mean of their neighbours and partly back, so often, which keeps the volume.
// (Taubin 1995, "A signal processing approach to fair surface design")
Mesh smoothed(const Mesh& mesh, int64_t times);

}  // namespace easel::inference
