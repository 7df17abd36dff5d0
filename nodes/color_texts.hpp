// Colours as people write them.
#pragma once

#include "inference/image/drawing.hpp"

#include <optional>
#include <string_view>

namespace easel::nodes {

// A CSS name, "#rgb", "#rgba", "#rrggbb", "#rrggbbaa", "rgb(r, g, b)" or "rgba(r, g, b, a)" with numbers up to 255.
// Throws a ValueError for anything else. (the common forms of PIL.ImageColor.getrgb)
inference::Ink parse_color_text(std::string_view text);

}  // namespace easel::nodes
