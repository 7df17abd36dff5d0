// Every built-in node. The definition is written by the build from the files in nodes/.
#pragma once

#include "graph/registry.hpp"

namespace easel::nodes {

// Adds all built-in nodes. Throws when two share an id.
void register_all(graph::Registry& registry);

}  // namespace easel::nodes
