// What an expression is worth, given the values of its names. Functions are those of the reference: sum, min, max, abs,
// round, pow, sqrt, ceil, floor, log, log2, log10, sin, cos, tan, int, float.
#pragma once

#include "nodes/logic/math/python_number.hpp"

#include <map>
#include <string>
#include <string_view>

namespace easel::nodes::math {

using Names = std::map<std::string, Operand, std::less<>>;

// Throws errors with the type names that the reference's evaluator shows.
Operand evaluate(std::string_view source, const Names& names);

}  // namespace easel::nodes::math
