#include "inference/models/ltxv/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVModalityGuidance {
    Model model;
    double modality_scale = 3.0;
    double start_percent = 0.0;
    double end_percent = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "advanced/guidance";
        s.display_name = "LTXV Modality Guidance (A/V coupling)";
        s.description = "Cross-modal (audio-video) guidance for LTXV-AV. Runs one extra forward pass per step with the "
                        "a2v/v2a cross-attention severed, then pushes the result toward the coupled prediction - "
                        "strengthening audio-visual sync (e.g. lip-sync). Reference default modality_scale is 3.0. "
                        "Stacks with the dual-CFG guider and STG. Set to 1.0 to disable (no extra pass).";
        s.in("model", &LTXVModalityGuidance::model);
        s.in("modality_scale", &LTXVModalityGuidance::modality_scale).range(1.0, 100.0).step(0.1).round(0.01);
        s.in("start_percent", &LTXVModalityGuidance::start_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("end_percent", &LTXVModalityGuidance::end_percent).range(0.0, 1.0).step(0.001).advanced();
    }

    Model execute() const {
        return inference::ltxv::coupling_guidance(
            model, {.scale = modality_scale - 1.0, .start_percent = start_percent, .end_percent = end_percent});
    }
};

}  // namespace

void register_ltxv_modality_guidance(Registry& registry) { registry.add<LTXVModalityGuidance>("LTXVModalityGuidance"); }

}  // namespace easel::nodes

