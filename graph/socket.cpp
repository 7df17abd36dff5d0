#include "graph/socket.hpp"

#include <algorithm>

namespace easel::graph {

namespace {

constexpr std::string_view any = "*";
constexpr std::string_view match_type = "COMFY_MATCHTYPE_V3";  // checked by the frontend

std::vector<std::string_view> parts(std::string_view types) {
    std::vector<std::string_view> result;
    while (true) {
        const std::size_t comma = types.find(',');
        std::string_view part = types.substr(0, comma);
        while (!part.empty() && part.front() == ' ')
            part.remove_prefix(1);
        while (!part.empty() && part.back() == ' ')
            part.remove_suffix(1);
        result.push_back(part);
        if (comma == std::string_view::npos) return result;
        types.remove_prefix(comma + 1);
    }
}

}  // namespace

bool types_overlap(std::string_view given, std::string_view wanted) {
    if (given == wanted || given == any || wanted == any) return true;
    if (given == match_type || wanted == match_type) return true;
    const auto given_parts = parts(given);
    const auto wanted_parts = parts(wanted);
    return std::any_of(given_parts.begin(), given_parts.end(), [&](std::string_view part) {
        return part == any || std::any_of(wanted_parts.begin(), wanted_parts.end(),
                                          [&](std::string_view other) { return other == any || other == part; });
    });
}

}  // namespace easel::graph
