// The JSON type of the whole program: objects keep the order in which a client wrote them.
#pragma once

#include <nlohmann/json.hpp>

namespace easel {

using Json = nlohmann::ordered_json;

}  // namespace easel
