// How a surface lies in its texture.
#pragma once

#include "inference/mesh/mesh.hpp"

namespace easel::inference {

// A picture [resolution, resolution, 3] of a mesh's places in its texture: each chart, faces that hang together there,
// in one of twenty colours, outlined in black. (nodes_mesh_postprocess.RenderUVAtlas)
Tensor atlas_picture(const Mesh& mesh, int64_t resolution);

}  // namespace easel::inference
