#include "nodes/text/unicode_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StringReplace {
    std::string string;
    std::string find;
    std::string replace;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Replace Text";
        s.search_aliases = {"replace", "find and replace", "substitute", "swap text"};
        s.in("string", &StringReplace::string).no_default().multiline();
        s.in("find", &StringReplace::find).no_default().multiline();
        s.in("replace", &StringReplace::replace).no_default().multiline();
    }

    // An empty `find` stands before every character and at the end, as in Python.
    std::string execute() const { return replace_all(string, find, replace); }
};

}  // namespace

void register_string_replace(Registry& registry) { registry.add<StringReplace>("StringReplace"); }

}  // namespace easel::nodes
