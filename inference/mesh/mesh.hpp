// Surfaces of triangles, as MESH links carry them.
#pragma once

#include "inference/tensor.hpp"

#include <vector>

namespace easel::inference {

// Undefined tensors are not there. Axes are glTF's: x to the right, y up, z towards the viewer.
struct Mesh {
    Tensor vertices;             // [n, 3], float32
    Tensor faces;                // [m, 3], int64: corners, counterclockwise as seen from outside
    Tensor uvs;                  // [n, 2]: places in the texture, from its top left corner
    Tensor colors;               // [n, 3 or 4] in 0..1
    Tensor normals;              // [n, 3]
    Tensor texture;              // [h, w, 3] in 0..1
    Tensor surface_map;          // [h, w, 3] in 0..1: occlusion, roughness and metalness, as glTF packs them
    Tensor normal_map;           // [h, w, 3] in 0..1: along tangents, across and outwards
    Tensor tangents;             // [n, 4]: where u grows, and 1 or -1 for the side on which v does
    bool has_occlusion = false;  // whether the first channel of `surface_map` says anything
    bool is_unlit = false;       // colours are shown as they are, without light and shadow

    bool empty() const { return vertices.size(0) == 0 || faces.size(0) == 0; }
};

// The surfaces of one link.
using Meshes = std::vector<Mesh>;

// Turned by `rotation` [3, 3].
Mesh rotated(const Mesh& mesh, const Tensor& rotation);

// The first mesh of each link as one. Where some have colours or places in a texture, the others get white and zeros;
// the first texture stays.
Mesh merged(const std::vector<Meshes>& links);

// How pixels become a surface.
struct GridMesh {
    int64_t step = 1;  // every so many pixels make a corner
    double discontinuity =
        0.04;  // pixels in whose neighbourhood depth changes by more than this share are left out; 0: none
};

// The surface through `points` [h, w, 3], those that are finite; four neighbours make two triangles. `depth` [h, w] is
// what is compared for discontinuity. Corners and triangles keep the order of the pixels.
// (comfy.ldm.moge.geometry.triangulate_grid_mesh)
Mesh grid_mesh(const Tensor& points, const Tensor& depth, const GridMesh& settings);

// From a camera's axes (x right, y down, z forward) to glTF's.
Mesh from_camera_axes(Mesh mesh);

}  // namespace easel::inference
