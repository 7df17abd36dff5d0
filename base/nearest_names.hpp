// Which existing names somebody may have meant: for errors that say how to go on.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace easel {

// How many characters must be inserted, deleted or replaced to make one text the other.
std::size_t edit_distance(std::string_view one, std::string_view other);

// Up to `count` of the names that resemble `wanted`, the nearest first: equal but for case, equal but for the folder,
// few edits apart, or one containing the other. Empty when nothing does.
std::vector<std::string> nearest_names(std::string_view wanted, std::span<const std::string> names, std::size_t count);

// "a, b, c".
std::string joined(const std::vector<std::string>& names);

}  // namespace easel
