// Picture nodes of the reference without pictures: the same records, so that validation and /object_info can be held
// against what the reference answers, and a size in place of pixels.
#pragma once

#include "graph/registry.hpp"

namespace easel::graph::testing {

void register_pictures(Registry& registry);

}  // namespace easel::graph::testing
