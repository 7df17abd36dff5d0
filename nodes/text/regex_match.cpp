#include "base/error.hpp"
#include "nodes/text/python_regex.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct RegexMatch {
    std::string string;
    std::string regex_pattern;
    bool case_insensitive = true;
    bool multiline = false;
    bool dotall = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Match Text";
        s.search_aliases = {"regex match", "regex", "pattern match", "text contains", "string match"};
        s.in("string", &RegexMatch::string).no_default().multiline();
        s.in("regex_pattern", &RegexMatch::regex_pattern).no_default().multiline();
        s.in("case_insensitive", &RegexMatch::case_insensitive).advanced();
        s.in("multiline", &RegexMatch::multiline).advanced();
        s.in("dotall", &RegexMatch::dotall).advanced();
        s.out("matches");
    }

    bool execute() const {
        try {
            return PythonRegex(regex_pattern,
                               {.ignore_case = case_insensitive, .multiline = multiline, .dot_all = dotall})
                .search(string)
                .has_value();
        } catch (const NamedError&) {
            return false;  // a pattern that Python refuses matches nothing
        }
    }
};

}  // namespace

void register_regex_match(Registry& registry) { registry.add<RegexMatch>("RegexMatch"); }

}  // namespace easel::nodes
