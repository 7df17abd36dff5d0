#include "nodes/choices.hpp"
#include "nodes/text/letter_case.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StringCompare {
    std::string string_a;
    std::string string_b;
    std::string mode;
    bool case_sensitive = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Compare Text";
        s.search_aliases = {"compare", "text match", "string equals", "starts with", "ends with"};
        s.in("string_a", &StringCompare::string_a).no_default().multiline();
        s.in("string_b", &StringCompare::string_b).no_default().multiline();
        s.in("mode", &StringCompare::mode).choices(one_of({"Starts With", "Ends With", "Equal"}));
        s.in("case_sensitive", &StringCompare::case_sensitive).advanced();
    }

    bool execute() const {
        const std::string a = case_sensitive ? string_a : lower_case(string_a);
        const std::string b = case_sensitive ? string_b : lower_case(string_b);
        if (mode == "Starts With") return a.starts_with(b);
        return mode == "Ends With" ? a.ends_with(b) : a == b;
    }
};

}  // namespace

void register_string_compare(Registry& registry) { registry.add<StringCompare>("StringCompare"); }

}  // namespace easel::nodes
