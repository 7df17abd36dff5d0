#include "inference/guidance/perturbed.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct PerturbedAttentionGuidance {
    Model model;
    double scale = 3.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_pag";
        s.category = "model/patch/unet";
        s.in("model", &PerturbedAttentionGuidance::model);
        s.in("scale", &PerturbedAttentionGuidance::scale).range(0.0, 100.0).step(0.01).round(0.01);
    }

    Model execute() const { return inference::perturbed_attention_guidance(model, scale); }
};

}  // namespace

void register_perturbed_attention_guidance(Registry& registry) {
    registry.add<PerturbedAttentionGuidance>("PerturbedAttentionGuidance");
}

}  // namespace easel::nodes
