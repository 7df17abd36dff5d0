#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerSEEDS2 {
    std::string solver_type;
    double eta = 1.0;
    double s_noise = 1.0;
    double r = 0.5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.description =
            "This sampler node can represent multiple samplers:\n\nseeds_2\n- default setting\n\nexp_heun_2_x0\n- "
            "solver_type=phi_2, r=1.0, eta=0.0\n\nexp_heun_2_x0_sde\n- solver_type=phi_2, r=1.0, eta=1.0, s_noise=1.0";
        s.search_aliases = {"sde", "exp heun"};
        s.in("solver_type", &SamplerSEEDS2::solver_type).choices(one_of({"phi_1", "phi_2"}));
        s.in("eta", &SamplerSEEDS2::eta)
            .range(0.0, 100.0)
            .step(0.01)
            .advanced()
            .option("round", false)
            .tooltip("Stochastic strength");
        s.in("s_noise", &SamplerSEEDS2::s_noise)
            .range(0.0, 100.0)
            .step(0.01)
            .advanced()
            .option("round", false)
            .tooltip("SDE noise multiplier");
        s.in("r", &SamplerSEEDS2::r)
            .range(0.01, 1.0)
            .step(0.01)
            .advanced()
            .option("round", false)
            .tooltip("Relative step size for the intermediate stage (c2 node)");
    }

    Sampler execute() const {
        using Weights = inference::samplers::Seeds2::Weights;
        return {.function = inference::samplers::with(
                    inference::samplers::seeds_2,
                    {.noise = {.eta = static_cast<float>(eta), .s_noise = static_cast<float>(s_noise)},
                     .r = static_cast<float>(r),
                     .weights = solver_type == "phi_1" ? Weights::phi_1 : Weights::phi_2})};
    }
};

}  // namespace

void register_sampler_seeds2(Registry& registry) { registry.add<SamplerSEEDS2>("SamplerSEEDS2"); }

}  // namespace easel::nodes
