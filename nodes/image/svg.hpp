// What SVG links carry.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace easel::nodes {

struct Svg {
    static constexpr std::string_view socket = "SVG";
    std::vector<std::string> documents;
};

}  // namespace easel::nodes
