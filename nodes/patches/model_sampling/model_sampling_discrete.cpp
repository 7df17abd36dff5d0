#include "inference/guidance/model_sampling.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ModelSamplingDiscrete {
    Model model;
    std::string sampling;
    bool zsnr = false;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_model_advanced";
        s.category = "model/patch";
        s.in("model", &ModelSamplingDiscrete::model);
        s.in("sampling", &ModelSamplingDiscrete::sampling)
            .choices(one_of({"eps", "v_prediction", "lcm", "x0", "img_to_img", "img_to_img_flow"}));
        s.in("zsnr", &ModelSamplingDiscrete::zsnr).advanced();
    }

    Model execute() const { return inference::sample_discrete(model, sampling, zsnr); }
};

}  // namespace

void register_model_sampling_discrete(Registry& registry) {
    registry.add<ModelSamplingDiscrete>("ModelSamplingDiscrete");
}

}  // namespace easel::nodes
