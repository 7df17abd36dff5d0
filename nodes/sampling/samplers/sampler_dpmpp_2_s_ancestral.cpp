#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerDPMPP_2S_Ancestral {
    double eta = 1.0;
    double s_noise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.in("eta", &SamplerDPMPP_2S_Ancestral::eta).range(0.0, 100.0).step(0.01).option("round", false);
        s.in("s_noise", &SamplerDPMPP_2S_Ancestral::s_noise).range(0.0, 100.0).step(0.01).option("round", false);
    }

    Sampler execute() const {
        return {.function = inference::samplers::with(
                    inference::samplers::dpmpp_2s_ancestral,
                    {.eta = static_cast<float>(eta), .s_noise = static_cast<float>(s_noise)})};
    }
};

}  // namespace

void register_sampler_dpmpp_2_s_ancestral(Registry& registry) {
    registry.add<SamplerDPMPP_2S_Ancestral>("SamplerDPMPP_2S_Ancestral");
}

}  // namespace easel::nodes
