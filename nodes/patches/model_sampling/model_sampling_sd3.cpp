#include "inference/guidance/model_sampling.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelSamplingSD3 {
    Model model;
    double shift = 3.0;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch/stable diffusion";
        s.in("model", &ModelSamplingSD3::model);
        s.in("shift", &ModelSamplingSD3::shift).range(0.0, 100.0).step(0.01);
    }

    Model execute() const { return inference::sample_flow(model, shift, 1000.0); }
};

}  // namespace

void register_model_sampling_sd3(Registry& registry) { registry.add<ModelSamplingSD3>("ModelSamplingSD3"); }

}  // namespace easel::nodes
