// Closing small holes of a surface.
#pragma once

#include "inference/mesh/mesh.hpp"

namespace easel::inference {

struct HoleFilling {
    double longest_rim = 0.03;  // holes with a longer rim stay
    int64_t most_corners = 16;  // as do those with more corners
    bool fills_chains = false;  // also where a rim does not close, or touches itself
    double weld_share = 1e-5;   // vertices are welded first, within this share of the bounding box's diagonal; 0: not
};

// Holes with up to eight corners get triangles from the corner with the lowest number, others from a new vertex in
// their middle, coloured as their corners are on average. Where welding leaves more vertices than faces, it is repeated
// more and more coarsely. Places in a texture and normals are dropped. (FillHoles of the reference)
Mesh with_filled_holes(const Mesh& mesh, const HoleFilling& settings);

}  // namespace easel::inference
