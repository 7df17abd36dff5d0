#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerDPMPP_2M_SDE {
    std::string solver_type;
    double eta = 1.0;
    double s_noise = 1.0;
    std::string noise_device;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.in("solver_type", &SamplerDPMPP_2M_SDE::solver_type).choices(one_of({"midpoint", "heun"}));
        s.in("eta", &SamplerDPMPP_2M_SDE::eta).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("s_noise", &SamplerDPMPP_2M_SDE::s_noise).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("noise_device", &SamplerDPMPP_2M_SDE::noise_device).choices(one_of({"gpu", "cpu"})).advanced();
    }

    Sampler execute() const {
        using Correction = inference::samplers::Dpmpp2mSde::Correction;
        return {.function = inference::samplers::with(
                    inference::samplers::dpmpp_2m_sde,
                    {.noise = {.eta = static_cast<float>(eta), .s_noise = static_cast<float>(s_noise)},
                     .correction = solver_type == "heun" ? Correction::heun : Correction::midpoint})};
    }
};

}  // namespace

void register_sampler_dpmpp_2_m_sde(Registry& registry) { registry.add<SamplerDPMPP_2M_SDE>("SamplerDPMPP_2M_SDE"); }

}  // namespace easel::nodes
