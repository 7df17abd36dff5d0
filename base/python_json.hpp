// JSON as Python's json.dumps writes it, for texts that other programs read back or compare: PNG metadata, previews.
#pragma once

#include "base/json.hpp"

#include <string>

namespace easel {

struct PythonJsonStyle {
    bool ascii = true;  // everything above 0x7e as \uXXXX
    int indent = 0;     // spaces per level; 0: one line with ", " and ": "
};

std::string python_json(const Json& value, PythonJsonStyle style = {});

}  // namespace easel
