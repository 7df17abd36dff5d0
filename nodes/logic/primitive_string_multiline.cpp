#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PrimitiveStringMultiline {
    std::string value;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_primitive";
        s.category = "utilities/primitive";
        s.display_name = "Text (Multiline)";
        s.search_aliases = {"text", "string", "text multiline", "string multiline", "text box", "prompt"};
        s.essentials_category = "Basics";
        s.in("value", &PrimitiveStringMultiline::value).no_default().multiline();
    }

    std::string execute() const { return value; }
};

}  // namespace

void register_primitive_string_multiline(Registry& registry) {
    registry.add<PrimitiveStringMultiline>("PrimitiveStringMultiline");
}

}  // namespace easel::nodes
