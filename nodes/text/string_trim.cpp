#include "nodes/choices.hpp"
#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StringTrim {
    std::string string;
    std::string mode;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Trim Text";
        s.search_aliases = {"trim", "clean whitespace", "remove whitespace", "remove spaces", "strip"};
        s.in("string", &StringTrim::string).no_default().multiline();
        s.in("mode", &StringTrim::mode).choices(one_of({"Both", "Left", "Right"}));
    }

    std::string execute() const { return trimmed(string, mode != "Right", mode != "Left"); }
};

}  // namespace

void register_string_trim(Registry& registry) { registry.add<StringTrim>("StringTrim"); }

}  // namespace easel::nodes
