#include "base/nearest_names.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <optional>
#include <utility>

namespace easel {

namespace {

// Names longer than this are cut: the distance costs the product of the lengths.
constexpr std::size_t compared_length = 200;

std::string lower(std::string_view text) {
    std::string result(text.substr(0, compared_length));
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string_view last_part(std::string_view path) {
    return path.substr(path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1);
}

// Smaller is nearer; nothing when the names have little to do with each other. Both are lower case.
std::optional<std::size_t> strangeness(std::string_view wanted, std::string_view name) {
    if (wanted == name) return 0;
    if (last_part(wanted) == last_part(name)) return 1;
    const std::size_t distance = edit_distance(last_part(wanted), last_part(name));
    if (distance <= std::max<std::size_t>(2, last_part(wanted).size() / 4)) return 1 + distance;
    if (wanted.size() >= 3 && (name.find(wanted) != name.npos || wanted.find(name) != wanted.npos))
        return 100 + distance;
    return {};
}

}  // namespace

std::size_t edit_distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < other.size(); ++j) {
            const std::size_t replaced = diagonal + (one[i] == other[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::vector<std::string> nearest_names(std::string_view wanted, std::span<const std::string> names, std::size_t count) {
    const std::string wanted_lower = lower(wanted);
    std::vector<std::pair<std::size_t, const std::string*>> ranked;
    for (const std::string& name : names)
        if (const auto rank = strangeness(wanted_lower, lower(name))) ranked.emplace_back(*rank, &name);
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> nearest;
    for (std::size_t i = 0; i < std::min(count, ranked.size()); ++i)
        nearest.push_back(*ranked[i].second);
    return nearest;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace easel
