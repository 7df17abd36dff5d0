#include "inference/models/ltxv/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVSpatioTemporalGuidance {
    Model model;
    double scale = 1.0;
    std::string blocks = "29";
    double start_percent = 0.0;
    double end_percent = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "advanced/guidance";
        s.display_name = "LTXV Spatio-Temporal Guidance (STG)";
        s.description = "Runs one extra pass per step with the self-attention of the selected blocks degraded to a "
                        "value-passthrough, then guides away from it - improving spatial detail and motion coherence.";
        s.in("model", &LTXVSpatioTemporalGuidance::model);
        s.in("scale", &LTXVSpatioTemporalGuidance::scale).range(0.0, 100.0).step(0.01).round(0.01);
        s.in("blocks", &LTXVSpatioTemporalGuidance::blocks)
            .option("multiline", false)
            .tooltip("Comma-separated transformer block indices to perturb.");
        s.in("start_percent", &LTXVSpatioTemporalGuidance::start_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("end_percent", &LTXVSpatioTemporalGuidance::end_percent).range(0.0, 1.0).step(0.001).advanced();
    }

    Model execute() const {
        return inference::ltxv::self_guidance(
            model, blocks, {.scale = scale, .start_percent = start_percent, .end_percent = end_percent});
    }
};

}  // namespace

void register_ltxv_spatio_temporal_guidance(Registry& registry) {
    registry.add<LTXVSpatioTemporalGuidance>("LTXVSpatioTemporalGuidance");
}

}  // namespace easel::nodes

