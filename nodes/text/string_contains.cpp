#include "nodes/text/letter_case.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StringContains {
    std::string string;
    std::string substring;
    bool case_sensitive = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Contains Text";
        s.search_aliases = {"contains", "text includes", "string includes"};
        s.in("string", &StringContains::string).no_default().multiline();
        s.in("substring", &StringContains::substring).no_default().multiline();
        s.in("case_sensitive", &StringContains::case_sensitive).advanced();
        s.out("contains");
    }

    bool execute() const {
        if (case_sensitive) return string.find(substring) != std::string::npos;
        return lower_case(string).find(lower_case(substring)) != std::string::npos;
    }
};

}  // namespace

void register_string_contains(Registry& registry) { registry.add<StringContains>("StringContains"); }

}  // namespace easel::nodes
