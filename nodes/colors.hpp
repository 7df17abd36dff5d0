// Colours as widgets give them: "#rrggbb".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace easel::nodes {

// Red, green and blue of a text of six hexadecimal digits, "#" before it left out; nothing for any other text.
std::optional<std::array<std::int64_t, 3>> parse_color(std::string_view text);

}  // namespace easel::nodes
