// Niantic's .spz, compressed by gzip: versions 1 to 3 are read, 2 is written.
#pragma once

#include "nodes/three_d/splat/formats/splat_file.hpp"

namespace easel::nodes {

inference::Splat read_spz(SplatBytes file);
std::vector<std::uint8_t> spz_of(const inference::Splat& splat);

}  // namespace easel::nodes
