#include "nodes/text/python_regex.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RegexReplace {
    std::string string;
    std::string regex_pattern;
    std::string replace;
    bool case_insensitive = true;
    bool multiline = false;
    bool dotall = false;
    std::int64_t count = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Replace Text (Regex)";
        s.description = "Find and replace text using regex patterns.";
        s.search_aliases = {"regex replace", "regex", "pattern replace", "substitution"};
        s.in("string", &RegexReplace::string).no_default().multiline();
        s.in("regex_pattern", &RegexReplace::regex_pattern).no_default().multiline();
        s.in("replace", &RegexReplace::replace).no_default().multiline();
        s.in("case_insensitive", &RegexReplace::case_insensitive).advanced().optional();
        s.in("multiline", &RegexReplace::multiline).advanced().optional();
        s.in("dotall", &RegexReplace::dotall)
            .advanced()
            .tooltip("When enabled, the dot (.) character will match any character including newline characters. When "
                     "disabled, dots won't match newlines.")
            .optional();
        s.in("count", &RegexReplace::count)
            .range(0, 100)
            .advanced()
            .tooltip("Maximum number of replacements to make. Set to 0 to replace all occurrences (default). Set to 1 "
                     "to replace only the first match, 2 for the first two matches, etc.")
            .optional();
    }

    std::string execute() const {
        const PythonRegex regex(regex_pattern,
                                {.ignore_case = case_insensitive, .multiline = multiline, .dot_all = dotall});
        return regex.substitute(string, replace, count);
    }
};

}  // namespace

void register_regex_replace(Registry& registry) { registry.add<RegexReplace>("RegexReplace"); }

}  // namespace easel::nodes
