// Values as the reference's utility nodes see them in Python.
#pragma once

#include "graph/value.hpp"

#include <string>

namespace easel::nodes {

// The text PreviewAny shows: strings as they are, numbers as str(), other JSON as json.dumps(indent=4), None as "None",
// anything else by the name of its type.
std::string preview_text(const graph::Value& value);

// Python's bool(): false for None, False, 0, 0.0, "", [] and {}.
bool is_truthy(const graph::Value& value);

}  // namespace easel::nodes
