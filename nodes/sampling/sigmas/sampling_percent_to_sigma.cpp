#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplingPercentToSigma {
    Model model;
    double sampling_percent = 0.0;
    bool return_actual_sigma = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/sigmas";
        s.in("model", &SamplingPercentToSigma::model);
        s.in("sampling_percent", &SamplingPercentToSigma::sampling_percent).range(0.0, 1.0).step(0.0001);
        s.in("return_actual_sigma", &SamplingPercentToSigma::return_actual_sigma)
            .tooltip("Return the actual sigma value instead of the value used for interval checks.\nThis only affects "
                     "results at 0.0 and 1.0.");
        s.out("sigma_value");
    }

    double execute() const {
        const auto& levels = *model.parameterization().levels;
        if (return_actual_sigma && sampling_percent == 0.0) return levels.sigma_max();
        if (return_actual_sigma && sampling_percent == 1.0) return levels.sigma_min();
        return levels.percent_to_sigma(sampling_percent);
    }
};

}  // namespace

void register_sampling_percent_to_sigma(Registry& registry) {
    registry.add<SamplingPercentToSigma>("SamplingPercentToSigma");
}

}  // namespace easel::nodes
