// The surface that a depth map shows.
#pragma once

#include "inference/mesh/mesh.hpp"
#include "inference/vision/depth_anything/depth_anything.hpp"

namespace easel::inference {

struct SceneMesh {
    GridMesh grid;
    double least_confidence = 0.1;  // pixels below it are left out, the picture's range being 0..1; 0 keeps all
    bool drops_sky = true;
    bool is_textured = true;
};

// Of picture `index`. Views of a scene share its axes; where no camera is known, one with a field of view of about 70
// degrees is taken. (DA3GeometryToMesh of the reference)
Mesh scene_mesh(const DepthGeometry& geometry, int64_t index, const SceneMesh& settings);

}  // namespace easel::inference
