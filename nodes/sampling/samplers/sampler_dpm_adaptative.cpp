#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerDPMAdaptative {
    std::int64_t order = 3;
    double rtol = 0.05;
    double atol = 0.0078;
    double h_init = 0.05;
    double pcoeff = 0.0;
    double icoeff = 1.0;
    double dcoeff = 0.0;
    double accept_safety = 0.81;
    double eta = 0.0;
    double s_noise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.in("order", &SamplerDPMAdaptative::order).range(2, 3).advanced();
        s.in("rtol", &SamplerDPMAdaptative::rtol).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("atol", &SamplerDPMAdaptative::atol).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("h_init", &SamplerDPMAdaptative::h_init).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("pcoeff", &SamplerDPMAdaptative::pcoeff).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("icoeff", &SamplerDPMAdaptative::icoeff).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("dcoeff", &SamplerDPMAdaptative::dcoeff).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("accept_safety", &SamplerDPMAdaptative::accept_safety)
            .range(0.0, 100.0)
            .step(0.01)
            .advanced()
            .option("round", false);
        s.in("eta", &SamplerDPMAdaptative::eta).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("s_noise", &SamplerDPMAdaptative::s_noise).range(0.0, 100.0).step(0.01).advanced().option("round", false);
    }

    Sampler execute() const {
        return {.function = inference::samplers::with(
                    inference::samplers::dpm_adaptive,
                    {.order = order,
                     .rtol = rtol,
                     .atol = atol,
                     .h_init = h_init,
                     .pcoeff = pcoeff,
                     .icoeff = icoeff,
                     .dcoeff = dcoeff,
                     .accept_safety = accept_safety,
                     .noise = {.eta = static_cast<float>(eta), .s_noise = static_cast<float>(s_noise)}})};
    }
};

}  // namespace

void register_sampler_dpm_adaptative(Registry& registry) { registry.add<SamplerDPMAdaptative>("SamplerDPMAdaptative"); }

}  // namespace easel::nodes
