// What is done to the corners of a mesh: joining those that coincide, and telling which way the surface faces there.
#pragma once

#include "inference/mesh/mesh.hpp"

namespace easel::inference {

struct Welding {
    double share = 1e-5;    // of the bounding box's diagonal, within which vertices are one
    double distance = 0.0;  // within which they are; counts where it is above 0
};

// Vertices that fall into one cell of a grid become their mean, and so do their colours. Places in a texture and
// normals are dropped. (WeldVertices of the reference)
Mesh welded(const Mesh& mesh, const Welding& welding);

// With normals that are the means of the faces around each place, larger faces counting more.
Mesh with_smooth_normals(const Mesh& mesh);

// The same within parts of the surface that bend by at most `degrees` at each edge: between them vertices are doubled,
// so that edges stay sharp. (MeshSmoothNormals of the reference)
Mesh with_creased_normals(const Mesh& mesh, double degrees);

}  // namespace easel::inference
