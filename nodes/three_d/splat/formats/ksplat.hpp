// mkkellogg's SplatBuffer: read at the compression levels 0 to 2, written at level 0.
#pragma once

#include "nodes/three_d/splat/formats/splat_file.hpp"

namespace easel::nodes {

inference::Splat read_ksplat(SplatBytes file);
std::vector<std::uint8_t> ksplat_of(const inference::Splat& splat);

}  // namespace easel::nodes
