#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SolidMask {
    double value = 1.0;
    std::int64_t width = 512;
    std::int64_t height = 512;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Create Solid Mask";
        s.in("value", &SolidMask::value).range(0.0, 1.0).step(0.01);
        s.in("width", &SolidMask::width).range(1, 16384).step(1);
        s.in("height", &SolidMask::height).range(1, 16384).step(1);
    }

    Mask execute() const { return {at::full({1, height, width}, value, at::kFloat)}; }
};

}  // namespace

void register_solid_mask(Registry& registry) { registry.add<SolidMask>("SolidMask"); }

}  // namespace easel::nodes
