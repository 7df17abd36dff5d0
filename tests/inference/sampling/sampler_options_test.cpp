#include "inference/sampling/samplers/samplers.hpp"
#include "tests/support/inference/recorded.hpp"

#include <cmath>
#include <map>

namespace easel::inference {
namespace {

using namespace samplers;
using testing::recorded;
using testing::relative_error;
using testing::to_tensor;

// The smooth function of x and sigma that record_custom_sampling.py shows to the reference's samplers.
class ToyDenoiser : public Denoiser {
public:
    explicit ToyDenoiser(Parameterization parameterization) : parameterization_(std::move(parameterization)) {}

    Tensor operator()(const Tensor& x, float sigma) const override { return guided(x, sigma).denoised; }

    Guided guided(const Tensor& x, float sigma) const override {
        const float weight = 1 / (1 + sigma * sigma);
        return {.denoised = 0.6 * x * weight + 0.3 * at::sin(x * weight + 0.1),
                .uncond = 0.5 * x * weight - 0.1 * at::cos(x * weight)};
    }

    const Parameterization& parameterization() const override { return parameterization_; }

private:
    Parameterization parameterization_;
};

Tensor sampled(const SamplerFunction& sampler, const Parameterization& parameterization, const Sigmas& sigmas) {
    const Tensor start = to_tensor(recorded("custom_sampling.json")["start"], {1, 2, 3, 3});
    const ToyDenoiser model(parameterization);
    return sampler(start * sigmas.front(), {.model = model, .sigmas = sigmas, .seed = 42});
}

Parameterization eps() { return {eps_prediction(), scaled_linear_levels()}; }

std::map<std::string, SamplerFunction> samplers_with_options() {
    const NoiseLevels& levels = *eps().levels;
    const double from = levels.percent_to_sigma(0.1), to = levels.percent_to_sigma(0.9);
    const auto tau = [=](float sigma) { return from >= sigma && sigma >= to ? 0.8 : 0.0; };
    return {
        {"euler_ancestral", with(euler_ancestral, {.eta = 0.7f, .s_noise = 1.1f})},
        {"euler_ancestral_cfg_pp", with(euler_ancestral_cfg_pp, {.eta = 0.9f, .s_noise = 1.05f})},
        {"euler_pp", euler_pp},
        {"lms", with(lms, {.order = 6})},
        {"dpmpp_3m_sde", with(dpmpp_3m_sde, {.eta = 0.8f, .s_noise = 0.9f})},
        {"dpmpp_2m_sde",
         with(dpmpp_2m_sde, {.noise = {.eta = 0.6f, .s_noise = 1.05f}, .correction = Dpmpp2mSde::Correction::heun})},
        {"dpmpp_sde", with(dpmpp_sde, {.noise = {.eta = 0.9f, .s_noise = 1.1f}, .r = 0.4f})},
        {"dpmpp_2s_ancestral", with(dpmpp_2s_ancestral, {.eta = 0.5f, .s_noise = 1.2f})},
        {"dpm_adaptive_2", with(dpm_adaptive, {.order = 2,
                                               .rtol = 0.1,
                                               .atol = 0.02,
                                               .h_init = 0.1,
                                               .pcoeff = 0.2,
                                               .icoeff = 0.8,
                                               .dcoeff = 0.1,
                                               .accept_safety = 0.75})},
        {"dpm_adaptive_noisy", with(dpm_adaptive, {.atol = 0.01, .noise = {.eta = 0.6f, .s_noise = 1.1f}})},
        {"er_sde_ode", with(er_sde, {.solver = ErSde::Solver::ode, .noise = {.s_noise = 0.0f}})},
        {"er_sde_reverse",
         with(er_sde,
              {.solver = ErSde::Solver::reverse_time_sde, .max_stage = 2, .noise = {.eta = 0.8f, .s_noise = 1.1f}})},
        {"er_sde_eta", with(er_sde, {.noise = {.eta = 0.5f, .s_noise = 0.9f}})},
        {"sa_solver", with(sa_solver, {.tau = tau,
                                       .s_noise = 1.1,
                                       .predictor_order = 2,
                                       .corrector_order = 3,
                                       .evaluates_corrected = true,
                                       .simple_order_2 = true})},
        {"seeds_2",
         with(seeds_2, {.noise = {.eta = 0.8f, .s_noise = 1.1f}, .r = 0.4f, .weights = Seeds2::Weights::phi_2})},
        {"lcm", with(lcm, {.s_noise = 1.1, .s_noise_end = 0.8, .clip = 1.5})},
    };
}

TEST(SamplerOptions, GiveTheReferencesResults) {
    const auto data = recorded("custom_sampling.json")["options"];
    const auto samplers = samplers_with_options();
    for (const auto& [name, expected] : data["runs"].items())
        EXPECT_LT(relative_error(sampled(samplers.at(name), eps(), data["sigmas"].get<Sigmas>()),
                                 to_tensor(expected, {1, 2, 3, 3})),
                  5e-4)
            << name;
}

TEST(Samplers, FollowFlowsAsTheReferenceDoes) {
    const auto data = recorded("custom_sampling.json")["flow"];
    const Parameterization flow{flow_prediction(), flow_levels(3.0)};
    for (const auto& [name, expected] : data["runs"].items())
        EXPECT_LT(relative_error(sampled(find_sampler(name).sampler.function, flow, data["sigmas"].get<Sigmas>()),
                                 to_tensor(expected, {1, 2, 3, 3})),
                  2e-3)  // at a flow's start the last bit of a logarithm counts a thousandfold
            << name;
}

}  // namespace
}  // namespace easel::inference
