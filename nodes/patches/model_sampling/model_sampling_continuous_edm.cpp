#include "inference/guidance/model_sampling.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelSamplingContinuousEDM {
    Model model;
    std::string sampling;
    double sigma_max = 120.0;
    double sigma_min = 0.002;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch";
        s.in("model", &ModelSamplingContinuousEDM::model);
        s.in("sampling", &ModelSamplingContinuousEDM::sampling)
            .choices(one_of({"v_prediction", "edm", "edm_playground_v2.5", "eps", "cosmos_rflow"}));
        s.in("sigma_max", &ModelSamplingContinuousEDM::sigma_max)
            .range(0.0, 1000.0)
            .step(0.001)
            .advanced()
            .option("round", false);
        s.in("sigma_min", &ModelSamplingContinuousEDM::sigma_min)
            .range(0.0, 1000.0)
            .step(0.001)
            .advanced()
            .option("round", false);
    }

    Model execute() const { return inference::sample_continuous_edm(model, sampling, sigma_min, sigma_max); }
};

}  // namespace

void register_model_sampling_continuous_edm(Registry& registry) {
    registry.add<ModelSamplingContinuousEDM>("ModelSamplingContinuousEDM");
}

}  // namespace easel::nodes
