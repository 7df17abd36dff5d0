// Regular expressions as Python's re module reads them: its syntax, its rules for empty matches, its templates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::nodes {

struct RegexOptions {
    bool ignore_case = false;
    bool multiline = false;  // ^ and $ at every line
    bool dot_all = false;    // . takes a line feed, too
};

struct FoundMatch {
    std::size_t start = 0, end = 0;                  // bytes of the text
    std::vector<std::optional<std::string>> groups;  // the whole match first; nothing for a group that took no part
};

class PythonRegex {
public:
    // Throws an error of type re.error for a pattern that Python refuses.
    PythonRegex(std::string_view pattern, RegexOptions options);
    ~PythonRegex();
    PythonRegex(PythonRegex&&) noexcept;
    PythonRegex& operator=(PythonRegex&&) noexcept;

    std::int64_t group_count() const;

    std::optional<FoundMatch> search(std::string_view text) const;  // re.search
    // re.finditer, at most `most` of them when that is above 0.
    std::vector<FoundMatch> find_all(std::string_view text, std::int64_t most = 0) const;
    // re.sub: `replacement` may name groups (\1, \g<1>, \g<name>). At most `most` when that is above 0.
    std::string substitute(std::string_view text, std::string_view replacement, std::int64_t most = 0) const;

private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace easel::nodes
