#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PrimitiveInt {
    std::int64_t value = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_primitive";
        s.category = "utilities/primitive";
        s.display_name = "Int";
        s.in("value", &PrimitiveInt::value)
            .no_default()
            .range(-9223372036854775807, 9223372036854775807)
            .option("control_after_generate", "fixed");
    }

    std::int64_t execute() const { return value; }
};

}  // namespace

void register_primitive_int(Registry& registry) { registry.add<PrimitiveInt>("PrimitiveInt"); }

}  // namespace easel::nodes
