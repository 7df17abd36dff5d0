#include "inference/guidance/perturbed.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SelfAttentionGuidance {
    Model model;
    double scale = 0.5;
    double blur_sigma = 2.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sag";
        s.category = "experimental";
        s.display_name = "Self-Attention Guidance";
        s.experimental = true;
        s.in("model", &SelfAttentionGuidance::model);
        s.in("scale", &SelfAttentionGuidance::scale).range(-2.0, 5.0).step(0.01);
        s.in("blur_sigma", &SelfAttentionGuidance::blur_sigma).range(0.0, 10.0).step(0.1).advanced();
    }

    Model execute() const { return inference::self_attention_guidance(model, scale, blur_sigma); }
};

}  // namespace

void register_self_attention_guidance(Registry& registry) {
    registry.add<SelfAttentionGuidance>("SelfAttentionGuidance");
}

}  // namespace easel::nodes
