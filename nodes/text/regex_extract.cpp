#include "base/error.hpp"
#include "nodes/choices.hpp"
#include "nodes/text/python_regex.hpp"
#include "nodes/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace easel::nodes {
namespace {

// Nothing for a group that took no part in the match, "" when there is no match or no such group.
std::optional<std::string> regex_first(const PythonRegex& regex, const std::string& text, std::int64_t group) {
    const std::optional<FoundMatch> match = regex.search(text);
    if (!match || group > regex.group_count()) return "";
    return match->groups[static_cast<std::size_t>(group)];
}

std::string lines_of(const std::vector<std::string>& lines) {
    std::string all;
    for (std::size_t i = 0; i < lines.size(); ++i)
        all += (i > 0 ? "\n" : "") + lines[i];
    return all;
}

struct RegexExtract {
    std::string string;
    std::string regex_pattern;
    std::string mode;
    bool case_insensitive = true;
    bool multiline = false;
    bool dotall = false;
    std::int64_t group_index = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Extract Text";
        s.search_aliases = {"regex extract", "regex", "pattern extract", "text parser", "parse text"};
        s.in("string", &RegexExtract::string).no_default().multiline();
        s.in("regex_pattern", &RegexExtract::regex_pattern).no_default().multiline();
        s.in("mode", &RegexExtract::mode).choices(one_of({"First Match", "All Matches", "First Group", "All Groups"}));
        s.in("case_insensitive", &RegexExtract::case_insensitive).advanced();
        s.in("multiline", &RegexExtract::multiline).advanced();
        s.in("dotall", &RegexExtract::dotall).advanced();
        s.in("group_index", &RegexExtract::group_index).range(0, 100).advanced();
    }

    std::optional<std::string> execute() const {
        try {
            const PythonRegex regex(regex_pattern,
                                    {.ignore_case = case_insensitive, .multiline = multiline, .dot_all = dotall});
            if (mode == "First Match") return regex_first(regex, string, 0);
            if (mode == "First Group") return regex_first(regex, string, group_index);
            if (mode == "All Groups") return all_groups(regex);
            return all_matches(regex);
        } catch (const NamedError& error) {
            if (error.type() != "re.error") throw;
            return "";  // a pattern that Python refuses matches nothing
        }
    }

    // The first group of each match where the pattern has groups, as re.findall gives it.
    std::string all_matches(const PythonRegex& regex) const {
        std::vector<std::string> found;
        for (const FoundMatch& match : regex.find_all(string))
            found.push_back(match.groups[regex.group_count() > 0 ? 1 : 0].value_or(""));
        return lines_of(found);
    }

    std::string all_groups(const PythonRegex& regex) const {
        std::vector<std::string> found;
        if (regex.group_count() == 0 || group_index > regex.group_count()) return "";
        for (const FoundMatch& match : regex.find_all(string)) {
            const auto& group = match.groups[static_cast<std::size_t>(group_index)];
            if (!group)
                throw NamedError("TypeError", "sequence item " + std::to_string(found.size()) +
                                                  ": expected str instance, NoneType found");
            found.push_back(*group);
        }
        return lines_of(found);
    }
};

}  // namespace

void register_regex_extract(Registry& registry) { registry.add<RegexExtract>("RegexExtract"); }

}  // namespace easel::nodes
