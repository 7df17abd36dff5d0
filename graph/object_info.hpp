// The /object_info records, equal to the reference's.
#pragma once

#include "base/json.hpp"
#include "graph/registry.hpp"
#include "graph/services.hpp"

#include <string>

namespace easel::graph {

Json object_info(const NodeDef& def, const Services& services);
Json object_info(const Registry& registry, const Services& services);

// Records as text, in lines when there is an indent. Limits that are whole numbers below int64 (one node has Python's
// -(2^64 - 1)) are held as doubles; here they are written as the reference writes them.
std::string object_info_text(const Json& records, int indent = -1);

}  // namespace easel::graph
