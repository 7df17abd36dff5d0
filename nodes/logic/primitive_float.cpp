#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PrimitiveFloat {
    double value = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_primitive";
        s.category = "utilities/primitive";
        s.display_name = "Float";
        s.in("value", &PrimitiveFloat::value).no_default().range(-9223372036854775807, 9223372036854775807).step(0.1);
    }

    double execute() const { return value; }
};

}  // namespace

void register_primitive_float(Registry& registry) { registry.add<PrimitiveFloat>("PrimitiveFloat"); }

}  // namespace easel::nodes
