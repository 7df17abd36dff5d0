#include "graph/autogrow.hpp"
#include "nodes/logic/preview_text.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct ComfyAndNode {
    graph::Autogrow<Value> values;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_logic";
        s.category = "utilities/logic";
        s.display_name = "And";
        s.description =
            "Logical AND operation. Returns true if all of the values are truthy. Uses Python's rules for truthiness.";
        s.search_aliases = {"all", "every"};
        graph::grow(s.in("values", &ComfyAndNode::values).spec(), {.element = "value", .prefix = "value"});
    }

    bool execute() const {
        return std::ranges::all_of(values.values, [](const auto& entry) { return is_truthy(entry.second); });
    }
};

}  // namespace

void register_comfy_and_node(Registry& registry) { registry.add<ComfyAndNode>("ComfyAndNode"); }

}  // namespace easel::nodes
