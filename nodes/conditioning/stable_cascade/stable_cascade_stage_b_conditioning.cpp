#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct StableCascade_StageB_Conditioning {
    Conditioning conditioning;
    Latent stage_c;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_stable_cascade";
        s.category = "model/conditioning/stable cascade";
        s.in("conditioning", &StableCascade_StageB_Conditioning::conditioning);
        s.in("stage_c", &StableCascade_StageB_Conditioning::stage_c);
    }

    Conditioning execute() const {
        Conditioning conditions = conditioning;
        for (inference::Condition& condition : conditions)
            condition.extra["stable_cascade_prior"] = stage_c.samples;
        return conditions;
    }
};

}  // namespace

void register_stable_cascade_stage_b_conditioning(Registry& registry) {
    registry.add<StableCascade_StageB_Conditioning>("StableCascade_StageB_Conditioning");
}

}  // namespace easel::nodes
