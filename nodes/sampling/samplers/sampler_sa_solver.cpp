#include "inference/sampling/samplers/samplers.hpp"
#include "nodes/sampling/sockets.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SamplerSASolver {
    Model model;
    double eta = 1.0;
    double sde_start_percent = 0.2;
    double sde_end_percent = 0.8;
    double s_noise = 1.0;
    std::int64_t predictor_order = 3;
    std::int64_t corrector_order = 4;
    bool use_pece = false;
    bool simple_order_2 = false;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_custom_sampler";
        s.category = "model/sampling/samplers";
        s.search_aliases = {"sde"};
        s.in("model", &SamplerSASolver::model);
        s.in("eta", &SamplerSASolver::eta).range(0.0, 10.0).step(0.01).advanced().option("round", false);
        s.in("sde_start_percent", &SamplerSASolver::sde_start_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("sde_end_percent", &SamplerSASolver::sde_end_percent).range(0.0, 1.0).step(0.001).advanced();
        s.in("s_noise", &SamplerSASolver::s_noise).range(0.0, 100.0).step(0.01).advanced().option("round", false);
        s.in("predictor_order", &SamplerSASolver::predictor_order).range(1, 6).advanced();
        s.in("corrector_order", &SamplerSASolver::corrector_order).range(0, 6).advanced();
        s.in("use_pece", &SamplerSASolver::use_pece).no_default().advanced();
        s.in("simple_order_2", &SamplerSASolver::simple_order_2).no_default().advanced();
    }

    Sampler execute() const {
        const auto& levels = *model.parameterization().levels;
        const double from = levels.percent_to_sigma(sde_start_percent), to = levels.percent_to_sigma(sde_end_percent);
        const auto tau = [from, to, most = eta](float sigma) { return from >= sigma && sigma >= to ? most : 0.0; };
        return {.function =
                    inference::samplers::with(inference::samplers::sa_solver, {.tau = tau,
                                                                               .s_noise = s_noise,
                                                                               .predictor_order = predictor_order,
                                                                               .corrector_order = corrector_order,
                                                                               .evaluates_corrected = use_pece,
                                                                               .simple_order_2 = simple_order_2})};
    }
};

}  // namespace

void register_sampler_sa_solver(Registry& registry) { registry.add<SamplerSASolver>("SamplerSASolver"); }

}  // namespace easel::nodes
