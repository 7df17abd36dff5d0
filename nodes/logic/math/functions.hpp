// The functions that expressions may call.
#pragma once

#include "nodes/logic/math/python_number.hpp"

#include <string_view>
#include <vector>

namespace easel::nodes::math {

using Function = Operand (*)(const std::vector<Operand>& arguments);

// Null when there is none of that name.
Function function_named(std::string_view name);

}  // namespace easel::nodes::math
