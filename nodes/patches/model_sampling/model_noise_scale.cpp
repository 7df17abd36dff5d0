#include "inference/guidance/model_sampling.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelNoiseScale {
    Model model;
    double noise_scale = 1.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch";
        s.in("model", &ModelNoiseScale::model);
        s.in("noise_scale", &ModelNoiseScale::noise_scale)
            .range(0.0, 64.0)
            .step(0.01)
            .tooltip("Absolute training noise scale. For example HiDream-O1 base: 8.0, dev: 7.5.");
    }

    Model execute() const { return inference::with_noise_scale(model, noise_scale); }
};

}  // namespace

void register_model_noise_scale(Registry& registry) { registry.add<ModelNoiseScale>("ModelNoiseScale"); }

}  // namespace easel::nodes
