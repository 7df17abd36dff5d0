#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerDPMPP_SDE {
    double eta = 1.0;
    double s_noise = 1.0;
    double r = 0.5;
    std::string noise_device;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.in("eta", &SamplerDPMPP_SDE::eta).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("s_noise", &SamplerDPMPP_SDE::s_noise).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("r", &SamplerDPMPP_SDE::r).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("noise_device", &SamplerDPMPP_SDE::noise_device).choices(one_of({"gpu", "cpu"})).advanced();
    }

    Sampler execute() const {
        return {.function = inference::samplers::with(
                    inference::samplers::dpmpp_sde,
                    {.noise = {.eta = static_cast<float>(eta), .s_noise = static_cast<float>(s_noise)},
                     .r = static_cast<float>(r)})};
    }
};

}  // namespace

void register_sampler_dpmpp_sde(Registry& registry) { registry.add<SamplerDPMPP_SDE>("SamplerDPMPP_SDE"); }

}  // namespace easel::nodes
