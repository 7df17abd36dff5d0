// JSON as Python's json.loads reads it, for what clients of a Python server send.
#pragma once

#include "base/json.hpp"

#include <string_view>

namespace easel {

// Takes NaN, Infinity and -Infinity, numbers that are too large for a double as infinite, and escapes of half a
// character (a lone surrogate) as U+FFFD. Throws UserError for text that is not JSON.
Json read_python_json(std::string_view text);

}  // namespace easel
