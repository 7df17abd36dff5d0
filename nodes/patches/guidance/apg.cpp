#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct APG {
    Model model;
    double eta = 1.0;
    double norm_threshold = 5.0;
    double momentum = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_apg";
        s.category = "model/sampling/custom";
        s.display_name = "Adaptive Projected Guidance";
        s.in("model", &APG::model);
        s.in("eta", &APG::eta)
            .range(-10.0, 10.0)
            .step(0.01)
            .advanced()
            .tooltip("Controls the scale of the parallel guidance vector. Default CFG behavior at a setting of 1.");
        s.in("norm_threshold", &APG::norm_threshold)
            .range(0.0, 50.0)
            .step(0.1)
            .advanced()
            .tooltip("Normalize guidance vector to this value, normalization disable at a setting of 0.");
        s.in("momentum", &APG::momentum)
            .range(-5.0, 1.0)
            .step(0.01)
            .advanced()
            .tooltip("Controls a running average of guidance during diffusion, disabled at a setting of 0.");
    }

    Model execute() const {
        return inference::projected_guidance(model,
                                             {.eta = eta, .norm_threshold = norm_threshold, .momentum = momentum});
    }
};

}  // namespace

void register_apg(Registry& registry) { registry.add<APG>("APG"); }

}  // namespace easel::nodes
