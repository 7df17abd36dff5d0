// What Python makes of a literal that a client sent: int("24"), float(2), str(None), bool("false").
#pragma once

#include "base/json.hpp"

#include <optional>
#include <string_view>

namespace easel::graph {

// `value` as an input of type INT, FLOAT, STRING or BOOLEAN receives it; other types take it as it is. Throws
// NamedError with Python's exception type and message where Python would.
Json convert_constant(const Json& value, std::string_view type);

// The name of Python's type: "int", "str", "NoneType", ...
std::string_view python_type(const Json& value);

// left < right as Python has it: numbers and booleans by value. Throws NamedError("TypeError") for anything else.
bool python_less(const Json& left, const Json& right);

// value in options: 1, 1.0 and True are equal.
bool is_one_of(const Json& value, const Json& options);

}  // namespace easel::graph
