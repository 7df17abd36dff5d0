// The inputs of FreeU's two versions.
#pragma once

#include "inference/guidance/unet_patches.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {

// First base of such a node.
struct FreeUInputs {
    Model model;
    double b1 = 1.1;
    double b2 = 1.2;
    double s1 = 0.9;
    double s2 = 0.2;

    // With what the widgets of `b1` and `b2` begin with.
    static void declare_free_u(Schema& s, double first_b1, double first_b2) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_freelunch";
        s.category = "model/patch/unet";
        const auto factor = [&s](const char* name, double FreeUInputs::*member) {
            return s.in(name, member).range(0.0, 10.0).step(0.01).advanced();
        };
        s.in("model", &FreeUInputs::model);
        factor("b1", &FreeUInputs::b1).default_value(first_b1);
        factor("b2", &FreeUInputs::b2).default_value(first_b2);
        factor("s1", &FreeUInputs::s1);
        factor("s2", &FreeUInputs::s2);
    }

    Model changed(inference::FreeU::Version version) const {
        return inference::free_u(model, {.b1 = b1, .b2 = b2, .s1 = s1, .s2 = s2, .version = version});
    }
};

}  // namespace easel::nodes
