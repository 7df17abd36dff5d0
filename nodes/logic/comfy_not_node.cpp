#include "nodes/logic/preview_text.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ComfyNotNode {
    Value value;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_logic";
        s.category = "utilities/logic";
        s.display_name = "Not";
        s.description =
            "Logical NOT operation. Returns true if the value is falsy. Uses Python's rules for truthiness.";
        s.search_aliases = {"invert", "toggle", "negate", "flip boolean"};
        s.in("value", &ComfyNotNode::value);
    }

    bool execute() const { return !is_truthy(value); }
};

}  // namespace

void register_comfy_not_node(Registry& registry) { registry.add<ComfyNotNode>("ComfyNotNode"); }

}  // namespace easel::nodes
