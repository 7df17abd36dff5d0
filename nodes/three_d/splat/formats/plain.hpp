// antimatter15's .splat: records of 32 bytes and nothing else.
#pragma once

#include "nodes/three_d/splat/formats/splat_file.hpp"

namespace easel::nodes {

inference::Splat read_plain_splat(SplatBytes file);

}  // namespace easel::nodes
