// The /object_info records, equal to the reference's.
#pragma once

#include "base/json.hpp"
#include "graph/registry.hpp"
#include "graph/services.hpp"

namespace easel::graph {

Json object_info(const NodeDef& def, const Services& services);
Json object_info(const Registry& registry, const Services& services);

}  // namespace easel::graph
