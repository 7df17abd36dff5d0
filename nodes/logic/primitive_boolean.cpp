#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PrimitiveBoolean {
    bool value = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_primitive";
        s.category = "utilities/primitive";
        s.display_name = "Boolean";
        s.in("value", &PrimitiveBoolean::value).no_default();
    }

    bool execute() const { return value; }
};

}  // namespace

void register_primitive_boolean(Registry& registry) { registry.add<PrimitiveBoolean>("PrimitiveBoolean"); }

}  // namespace easel::nodes
