// Python's str.format: fields with keys, conversions and format specifications.
#pragma once

#include "graph/value.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace easel::nodes {

using FormatValues = std::map<std::string, graph::Value, std::less<>>;

// `text` with its fields replaced. Throws KeyError, IndexError, ValueError, ... with Python's texts.
std::string python_format(std::string_view text, const FormatValues& values);

// format(value, specification): "08.3f", ">10", ",".
std::string format_value(const graph::Value& value, std::string_view specification);

}  // namespace easel::nodes
