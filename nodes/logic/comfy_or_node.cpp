#include "graph/autogrow.hpp"
#include "nodes/logic/preview_text.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct ComfyOrNode {
    graph::Autogrow<Value> values;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_logic";
        s.category = "utilities/logic";
        s.display_name = "Or";
        s.description =
            "Logical OR operation. Returns true if any of the values are truthy. Uses Python's rules for truthiness.";
        s.search_aliases = {"any", "some"};
        graph::grow(s.in("values", &ComfyOrNode::values).spec(), {.element = "value", .prefix = "value"});
    }

    bool execute() const {
        return std::ranges::any_of(values.values, [](const auto& entry) { return is_truthy(entry.second); });
    }
};

}  // namespace

void register_comfy_or_node(Registry& registry) { registry.add<ComfyOrNode>("ComfyOrNode"); }

}  // namespace easel::nodes
