#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StringConcatenate {
    std::string string_a;
    std::string string_b;
    std::string delimiter;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_string";
        s.category = "text";
        s.display_name = "Concatenate Text";
        s.search_aliases = {"concatenate",     "text concat",   "join text",   "merge text",
                            "combine strings", "string concat", "append text", "combine text"};
        s.in("string_a", &StringConcatenate::string_a).no_default().multiline();
        s.in("string_b", &StringConcatenate::string_b).no_default().multiline();
        s.in("delimiter", &StringConcatenate::delimiter).option("multiline", false);
    }

    std::string execute() const { return string_a + delimiter + string_b; }
};

}  // namespace

void register_string_concatenate(Registry& registry) { registry.add<StringConcatenate>("StringConcatenate"); }

}  // namespace easel::nodes
