#include "inference/guidance/model_sampling.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelSamplingAuraFlow {
    Model model;
    double shift = 1.73;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch";
        s.in("model", &ModelSamplingAuraFlow::model);
        s.in("shift", &ModelSamplingAuraFlow::shift).range(0.0, 100.0).step(0.01);
    }

    Model execute() const { return inference::sample_flow(model, shift, 1.0); }
};

}  // namespace

void register_model_sampling_aura_flow(Registry& registry) {
    registry.add<ModelSamplingAuraFlow>("ModelSamplingAuraFlow");
}

}  // namespace easel::nodes
