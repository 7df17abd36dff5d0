#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PrimitiveString {
    std::string value;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_primitive";
        s.category = "utilities/primitive";
        s.display_name = "Text";
        s.search_aliases = {"text", "string", "text box", "prompt"};
        s.in("value", &PrimitiveString::value).no_default().option("multiline", false);
    }

    std::string execute() const { return value; }
};

}  // namespace

void register_primitive_string(Registry& registry) { registry.add<PrimitiveString>("PrimitiveString"); }

}  // namespace easel::nodes
