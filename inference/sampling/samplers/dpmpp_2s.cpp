// DPM-Solver++(2S) (arXiv 2211.01095) with ancestral noise.
#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

// The level halfway in logSNR between two levels of a flow, or just below 1, where logSNR has no end.
float flow_middle(const SnrTime& time, float sigma, float down) {
    if (sigma == 1.0f) return 0.9999f;
    const float lambda = time.of(sigma);
    return time.sigma(lambda + 0.5f * (time.of(down) - lambda));
}

Tensor dpmpp_2s_ancestral_flow(Tensor x, const SamplerRun& run, const Stochastic& options) {
    const SnrTime time(run);
    const float s_noise = deviation(run, options.s_noise);
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        const FlowStep step = flow_step(sigma, next, options.eta);
        if (next == 0.0f) {
            x = x + derivative(x, sigma, denoised) * (step.down - sigma);
            continue;
        }
        const float middle = flow_middle(time, sigma, step.down);
        const float to_middle = middle / sigma, to_down = step.down / sigma;
        const Tensor denoised_2 = run.model(to_middle * x + (1 - to_middle) * denoised, middle);
        x = to_down * x + (1 - to_down) * denoised_2;
        if (options.eta > 0.0f) x = step.kept * x + (*noise)(sigma, next) * s_noise * step.up;
    }
    return x;
}

}  // namespace

Tensor dpmpp_2s_ancestral(Tensor x, const SamplerRun& run, const Stochastic& options) {
    if (is_flow(run)) return dpmpp_2s_ancestral_flow(std::move(x), run, options);
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        const AncestralStep step = ancestral_step(sigma, next, options.eta);
        if (step.down == 0.0f) {
            x = x + derivative(x, sigma, denoised) * (step.down - sigma);
        } else {
            const float t = log_time(sigma), t_next = log_time(step.down), h = t_next - t, middle = t + 0.5f * h;
            const Tensor halfway = sigma_at(middle) / sigma_at(t) * x - std::expm1(-h * 0.5f) * denoised;
            const Tensor denoised_2 = run.model(halfway, sigma_at(middle));
            x = sigma_at(t_next) / sigma_at(t) * x - std::expm1(-h) * denoised_2;
        }
        if (next > 0.0f) x = x + (*noise)(sigma, next) * options.s_noise * step.up;
    }
    return x;
}

// The state is moved by the guidance before each half step, and the rest of the step goes as without guidance.
Tensor dpmpp_2s_ancestral_cfg_pp(Tensor x, const SamplerRun& run, const Stochastic& options) {
    const float s_noise = deviation(run, options.s_noise);
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const auto [denoised, uncond] = run.model.guided(x, sigma);
        run.report(i, denoised);
        const AncestralStep step = ancestral_step(sigma, next, options.eta);
        if (step.down == 0.0f) {
            x = denoised + derivative(x, sigma, uncond) * step.down;
        } else {
            const float t = log_time(sigma), t_next = log_time(step.down), h = t_next - t, middle = t + 0.5f * h;
            const Tensor halfway =
                sigma_at(middle) / sigma_at(t) * (x + (denoised - uncond)) - std::expm1(-h * 0.5f) * denoised;
            // The second guidance is the one that the move of the full step uses.
            const auto [denoised_2, uncond_2] = run.model.guided(halfway, sigma_at(middle));
            x = sigma_at(t_next) / sigma_at(t) * (x + (denoised - uncond_2)) - std::expm1(-h) * denoised_2;
        }
        if (next > 0.0f) x = x + (*noise)(sigma, next) * s_noise * step.up;
    }
    return x;
}

}  // namespace easel::inference::samplers
