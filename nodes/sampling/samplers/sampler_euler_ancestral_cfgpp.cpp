#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerEulerAncestralCFGPP {
    double eta = 1.0;
    double s_noise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.display_name = "SamplerEulerAncestralCFG++";
        s.in("eta", &SamplerEulerAncestralCFGPP::eta).range(0.0, 1.0).step(0.01).option("round", false);
        s.in("s_noise", &SamplerEulerAncestralCFGPP::s_noise).range(0.0, 10.0).step(0.01).option("round", false);
    }

    Sampler execute() const {
        return {.function = inference::samplers::with(
                    inference::samplers::euler_ancestral_cfg_pp,
                    {.eta = static_cast<float>(eta), .s_noise = static_cast<float>(s_noise)})};
    }
};

}  // namespace

void register_sampler_euler_ancestral_cfgpp(Registry& registry) {
    registry.add<SamplerEulerAncestralCFGPP>("SamplerEulerAncestralCFGPP");
}

}  // namespace easel::nodes
