#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TemporalScoreRescaling {
    Model model;
    double tsr_k = 0.95;
    double tsr_sigma = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_eps";
        s.category = "model/patch/unet";
        s.display_name = "TSR - Temporal Score Rescaling";
        s.description = "[Post-CFG Function]\nTSR - Temporal Score Rescaling (2510.01184)\n\nRescaling the model's "
                        "score or noise to steer the sampling diversity.\n";
        s.in("model", &TemporalScoreRescaling::model);
        s.in("tsr_k", &TemporalScoreRescaling::tsr_k)
            .range(0.01, 100.0)
            .step(0.001)
            .advanced()
            .option("display", "number")
            .tooltip("Controls the rescaling strength.\nLower k produces more detailed results; higher k produces "
                     "smoother results in image generation. Setting k = 1 disables rescaling.");
        s.in("tsr_sigma", &TemporalScoreRescaling::tsr_sigma)
            .range(0.01, 100.0)
            .step(0.001)
            .advanced()
            .option("display", "number")
            .tooltip("Controls how early rescaling takes effect.\nLarger values take effect earlier.");
        s.out("patched_model");
    }

    Model execute() const { return inference::temporal_score_rescaling(model, tsr_k, tsr_sigma); }
};

}  // namespace

void register_temporal_score_rescaling(Registry& registry) {
    registry.add<TemporalScoreRescaling>("TemporalScoreRescaling");
}

}  // namespace easel::nodes
