#include "inference/guidance/unet_patches.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FreeU {
    Model model;
    double b1 = 1.1;
    double b2 = 1.2;
    double s1 = 0.9;
    double s2 = 0.2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_freelunch";
        s.category = "model/patch/unet";
        s.in("model", &FreeU::model);
        s.in("b1", &FreeU::b1).range(0.0, 10.0).step(0.01).advanced();
        s.in("b2", &FreeU::b2).range(0.0, 10.0).step(0.01).advanced();
        s.in("s1", &FreeU::s1).range(0.0, 10.0).step(0.01).advanced();
        s.in("s2", &FreeU::s2).range(0.0, 10.0).step(0.01).advanced();
    }

    Model execute() const {
        return inference::free_u(model,
                                 {.b1 = b1, .b2 = b2, .s1 = s1, .s2 = s2, .version = inference::FreeU::Version::one});
    }
};

}  // namespace

void register_free_u(Registry& registry) { registry.add<FreeU>("FreeU"); }

}  // namespace easel::nodes
