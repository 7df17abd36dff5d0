// Python's regular expressions in the syntax of PCRE2.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::nodes {

// The same pattern for PCRE2 with its UTF and UCP options. Throws an error of type re.error for what only PCRE2 knows.
std::string pcre_pattern(std::string_view python_pattern);

// A part of a template of re.sub: a text, or the number of a group.
struct TemplatePart {
    std::string text;
    std::optional<std::int64_t> group;
};

// `group_named` gives a group's number, or nothing. Throws an error of type re.error, or IndexError for an unknown
// name.
std::vector<TemplatePart>
template_parts(std::string_view replacement, std::int64_t group_count,
               const std::function<std::optional<std::int64_t>(std::string_view)>& group_named);

[[noreturn]] void refuse_pattern(const std::string& what, std::size_t position);

}  // namespace easel::nodes
