#include "inference/guidance/guidance.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CFGNorm {
    Model model;
    double strength = 1.0;
    bool pre_cfg = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_cfg";
        s.category = "advanced/guidance";
        s.experimental = true;
        s.in("model", &CFGNorm::model);
        s.in("strength", &CFGNorm::strength).range(0.0, 100.0).step(0.01);
        s.in("pre_cfg", &CFGNorm::pre_cfg)
            .tooltip("If true, rescale the combined noise BEFORE the sampler's CFG combine, without clamping (can "
                     "amplify). Matches the norm-scaled CFG used by models like Lens. Default false keeps the original "
                     "post-CFG x0-space attenuate-only behavior.")
            .optional();
        s.out("patched_model");
    }

    Model execute() const {
        return inference::cfg_norm(model, strength, pre_cfg ? inference::NormOf::noise : inference::NormOf::picture);
    }
};

}  // namespace

void register_cfg_norm(Registry& registry) { registry.add<CFGNorm>("CFGNorm"); }

}  // namespace easel::nodes
