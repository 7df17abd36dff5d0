#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/choices.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerER_SDE {
    std::string solver_type;
    std::int64_t max_stage = 3;
    double eta = 1.0;
    double s_noise = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.in("solver_type", &SamplerER_SDE::solver_type).choices(one_of({"ER-SDE", "Reverse-time SDE", "ODE"}));
        s.in("max_stage", &SamplerER_SDE::max_stage).range(1, 3).advanced();
        s.in("eta", &SamplerER_SDE::eta)
            .range(0.0, 10.0)
            .step(0.01)
            .advanced()
            .option("round", false)
            .tooltip("Stochastic strength of SDEs.\nWhen eta=0, they reduce to deterministic ODE.\nLarge eta may cause "
                     "invalid outputs. If this occurs, try decreasing this value.");
        s.in("s_noise", &SamplerER_SDE::s_noise).range(0.0, 100.0).step(0.01).advanced().option("round", false);
    }

    Sampler execute() const {
        using Solver = inference::samplers::ErSde::Solver;
        // Without noise the reverse process is the ODE.
        const bool is_ode = solver_type == "ODE" || eta == 0.0;
        const Solver solver = is_ode                    ? Solver::ode
                              : solver_type == "ER-SDE" ? Solver::er_sde
                                                        : Solver::reverse_time_sde;
        const float noise = is_ode ? 0.0f : static_cast<float>(s_noise);
        return {.function = inference::samplers::with(inference::samplers::er_sde,
                                                      {.solver = solver,
                                                       .max_stage = max_stage,
                                                       .noise = {.eta = static_cast<float>(eta), .s_noise = noise}})};
    }
};

}  // namespace

void register_sampler_er_sde(Registry& registry) { registry.add<SamplerER_SDE>("SamplerER_SDE"); }

}  // namespace easel::nodes
