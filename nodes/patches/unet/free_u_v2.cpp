#include "inference/guidance/unet_patches.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct FreeU_V2 {
    Model model;
    double b1 = 1.3;
    double b2 = 1.4;
    double s1 = 0.9;
    double s2 = 0.2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_freelunch";
        s.category = "model/patch/unet";
        s.in("model", &FreeU_V2::model);
        s.in("b1", &FreeU_V2::b1).range(0.0, 10.0).step(0.01).advanced();
        s.in("b2", &FreeU_V2::b2).range(0.0, 10.0).step(0.01).advanced();
        s.in("s1", &FreeU_V2::s1).range(0.0, 10.0).step(0.01).advanced();
        s.in("s2", &FreeU_V2::s2).range(0.0, 10.0).step(0.01).advanced();
    }

    Model execute() const {
        return inference::free_u(model,
                                 {.b1 = b1, .b2 = b2, .s1 = s1, .s2 = s2, .version = inference::FreeU::Version::two});
    }
};

}  // namespace

void register_free_u_v2(Registry& registry) { registry.add<FreeU_V2>("FreeU_V2"); }

}  // namespace easel::nodes
