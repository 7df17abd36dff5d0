// PLY as the first implementation of splats wrote it: with all harmonics, logarithms of scales, logits of opacities.
#pragma once

#include "nodes/three_d/splat/formats/splat_file.hpp"

namespace easel::nodes {

inference::Splat read_ply(SplatBytes file);
std::vector<std::uint8_t> ply_of(const inference::Splat& splat);

}  // namespace easel::nodes
