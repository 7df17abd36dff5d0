#include "inference/guidance/model_sampling.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelSamplingContinuousV {
    Model model;
    std::string sampling;
    double sigma_max = 500.0;
    double sigma_min = 0.03;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch";
        s.in("model", &ModelSamplingContinuousV::model);
        s.in("sampling", &ModelSamplingContinuousV::sampling).choices(one_of({"v_prediction"}));
        s.in("sigma_max", &ModelSamplingContinuousV::sigma_max)
            .range(0.0, 1000.0)
            .step(0.001)
            .advanced()
            .option("round", false);
        s.in("sigma_min", &ModelSamplingContinuousV::sigma_min)
            .range(0.0, 1000.0)
            .step(0.001)
            .advanced()
            .option("round", false);
    }

    Model execute() const { return inference::sample_continuous_v(model, sigma_min, sigma_max); }
};

}  // namespace

void register_model_sampling_continuous_v(Registry& registry) {
    registry.add<ModelSamplingContinuousV>("ModelSamplingContinuousV");
}

}  // namespace easel::nodes
