#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerDPMPP_3M_SDE {
    double eta = 1.0;
    double s_noise = 1.0;
    std::string noise_device;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.in("eta", &SamplerDPMPP_3M_SDE::eta).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("s_noise", &SamplerDPMPP_3M_SDE::s_noise).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("noise_device", &SamplerDPMPP_3M_SDE::noise_device).choices(one_of({"gpu", "cpu"})).advanced();
    }

    Sampler execute() const {
        return {.function = inference::samplers::with(
                    inference::samplers::dpmpp_3m_sde,
                    {.eta = static_cast<float>(eta), .s_noise = static_cast<float>(s_noise)})};
    }
};

}  // namespace

void register_sampler_dpmpp_3_m_sde(Registry& registry) { registry.add<SamplerDPMPP_3M_SDE>("SamplerDPMPP_3M_SDE"); }

}  // namespace easel::nodes
