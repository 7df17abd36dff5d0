// Pictures on surfaces.
#pragma once

#include "inference/mesh/mesh.hpp"

namespace easel::inference {

// Maps for one mesh, [h, w, 3 or 4] in 0..1; undefined ones are not there. Of metal, roughness and occlusion the first
// channel counts; each may have a size of its own.
struct SurfaceMaps {
    Tensor color, metal, roughness, occlusion, normals;
};

// The mesh, which has places in a texture, with these maps; colours stay. Places beyond 0..1 are scaled into it, all by
// one factor. With a map of normals it gets tangents, and smooth normals where it has none.
// (nodes_mesh_postprocess.ApplyTextureToMesh)
Mesh with_maps(const Mesh& mesh, const SurfaceMaps& maps);

}  // namespace easel::inference
