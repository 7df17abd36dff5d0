#include "inference/guidance/perturbed.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct NAGuidance {
    Model model;
    double nag_scale = 5.0;
    double nag_alpha = 0.5;
    double nag_tau = 1.5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_nag";
        s.category = "advanced/guidance";
        s.display_name = "Normalized Attention Guidance";
        s.description =
            "Applies Normalized Attention Guidance to models, enabling negative prompts on distilled/schnell models.";
        s.experimental = true;
        s.in("model", &NAGuidance::model).tooltip("The model to apply NAG to.");
        s.in("nag_scale", &NAGuidance::nag_scale)
            .range(0.0, 50.0)
            .step(0.1)
            .tooltip("The guidance scale factor. Higher values push further from the negative prompt.");
        s.in("nag_alpha", &NAGuidance::nag_alpha)
            .range(0.0, 1.0)
            .step(0.01)
            .tooltip("Blending factor for the normalized attention. 1.0 is full replacement, 0.0 is no effect.");
        s.in("nag_tau", &NAGuidance::nag_tau).range(1.0, 10.0).step(0.01);
        s.out("MODEL").tooltip = "The patched model with NAG enabled.";
    }

    Model execute() const {
        return inference::normalized_attention_guidance(model,
                                                        {.scale = nag_scale, .alpha = nag_alpha, .tau = nag_tau});
    }
};

}  // namespace

void register_na_guidance(Registry& registry) { registry.add<NAGuidance>("NAGuidance"); }

}  // namespace easel::nodes
