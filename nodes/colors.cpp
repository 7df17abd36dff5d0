#include "nodes/colors.hpp"

#include <charconv>

namespace easel::nodes {

std::optional<std::array<std::int64_t, 3>> parse_color(std::string_view text) {
    while (text.starts_with('#'))
        text.remove_prefix(1);
    if (text.size() != 6) return std::nullopt;
    std::array<std::int64_t, 3> channels{};
    for (std::size_t i = 0; i < 3; ++i) {
        const char *start = text.data() + 2 * i, *end = start + 2;
        const auto [stop, error] = std::from_chars(start, end, channels[i], 16);
        if (error != std::errc() || stop != end || *start == '-') return std::nullopt;
    }
    return channels;
}

}  // namespace easel::nodes
