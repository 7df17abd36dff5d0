// Pictures of surfaces: for each pixel the face that its ray meets first.
#pragma once

#include "inference/mesh/mesh.hpp"

#include <array>
#include <cstdint>

namespace easel::inference {

// Where something stands: scaled, then turned, then moved.
struct Placement {
    std::array<double, 3> scale{1.0, 1.0, 1.0}, position{};
    std::array<double, 4> rotation{0.0, 0.0, 0.0, 1.0};  // a quaternion x, y, z, w
};

// Vertices and normals there.
Mesh placed(const Mesh& mesh, const Placement& placement);

struct Camera {
    Tensor eye, forward, right, up;  // [3], the last three of length 1
    double field_of_view;            // from the picture's bottom to its top, in radians

    // Upright, unless it looks almost straight up or down.
    static Camera looking_at(const Tensor& eye, const Tensor& target, double field_of_view);
    // In front of a mesh, so far away that all of it is seen.
    static Camera in_front_of(const Mesh& mesh);
};

// The middle of the box around a mesh, [3].
Tensor middle_of(const Mesh& mesh);

enum class Look {
    solid,    // grey, darker where the surface turns away
    texture,  // of a mesh with texture and places in it, else solid
    colors,   // of a mesh with colours, which are linear, else solid
    normals,  // as colours, to the camera's right, up and towards it
    depth,    // white is near
};

struct Rendering {
    Tensor picture;  // [height, width, 3] in 0..1, undefined values where nothing is hit
    Tensor is_hit;   // [height, width], bool
};

// (nodes_mesh_postprocess.RenderMesh)
Rendering rendered(const Mesh& mesh, const Camera& camera, Look look, int64_t width, int64_t height);

}  // namespace easel::inference
