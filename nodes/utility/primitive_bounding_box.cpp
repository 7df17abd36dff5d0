#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PrimitiveBoundingBox {
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::int64_t width = 512;
    std::int64_t height = 512;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "utilities/primitive";
        s.display_name = "Bounding Box";
        s.in("x", &PrimitiveBoundingBox::x).range(0, 16384);
        s.in("y", &PrimitiveBoundingBox::y).range(0, 16384);
        s.in("width", &PrimitiveBoundingBox::width).range(1, 16384);
        s.in("height", &PrimitiveBoundingBox::height).range(1, 16384);
        s.out("BOUNDING_BOX").type = "BOUNDING_BOX";
    }

    Value execute() const { return Value(Json{{"x", x}, {"y", y}, {"width", width}, {"height", height}}); }
};

}  // namespace

void register_primitive_bounding_box(Registry& registry) { registry.add<PrimitiveBoundingBox>("PrimitiveBoundingBox"); }

}  // namespace easel::nodes
