// Surfaces of what a grid of numbers says to be solid.
#pragma once

#include "inference/mesh/mesh.hpp"

namespace easel::inference {

// How `voxels` [depth, height, width] become a surface. Points above `threshold` are solid. The longest side of the
// grid spans -1..1; x runs along the last dimension.
//
// Each solid point is a cube, whose faces beside points that are not solid make the surface, four corners each of their
// own. A grid without solid points gives one face without area. (nodes_hunyuan3d.voxel_to_mesh)
Mesh cube_surface(const Tensor& voxels, double threshold);

// A vertex in each cell of eight neighbouring points that are not all alike, at the mean of the places where the cell's
// edges pass the threshold (naive surface nets, Gibson 1998); around the grid lie points of 0 at its low ends. Four
// vertices that meet make two triangles, which face away from what is solid.
// (nodes_hunyuan3d.voxel_to_mesh_surfnet)
Mesh surface_net(const Tensor& voxels, double threshold);

}  // namespace easel::inference
