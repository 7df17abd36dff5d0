#include "inference/guidance/model_sampling.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelSamplingStableCascade {
    Model model;
    double shift = 2.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch/stable cascade";
        s.in("model", &ModelSamplingStableCascade::model);
        s.in("shift", &ModelSamplingStableCascade::shift).range(0.0, 100.0).step(0.01);
    }

    Model execute() const { return inference::sample_cascade(model, shift); }
};

}  // namespace

void register_model_sampling_stable_cascade(Registry& registry) {
    registry.add<ModelSamplingStableCascade>("ModelSamplingStableCascade");
}

}  // namespace easel::nodes
