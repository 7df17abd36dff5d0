#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

// The slope of a step from `sigma` to `to`, taken at their geometric mean (DPM-Solver-2).
Tensor midpoint_slope(const Tensor& x, const Tensor& slope, const SamplerRun& run, float sigma, float to) {
    const float from_log = std::log(sigma), to_log = std::log(to);
    const float middle = std::exp(to_log - (to_log - from_log) * 0.5f);
    const Tensor between = x + slope * (middle - sigma);
    return derivative(between, middle, run.model(between, middle));
}

}  // namespace

Tensor dpm_2(Tensor x, const SamplerRun& run) {
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        const Tensor slope = derivative(x, sigma, denoised);
        x = x + (next == 0.0f ? slope : midpoint_slope(x, slope, run, sigma, next)) * (next - sigma);
    }
    return x;
}

Tensor dpm_2_ancestral(Tensor x, const SamplerRun& run, const Stochastic& options) {
    const bool flow = is_flow(run);
    const float s_noise = deviation(run, options.s_noise);
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        const Tensor slope = derivative(x, sigma, denoised);
        FlowStep step = flow_step(sigma, next, options.eta);
        if (!flow) {
            const auto [down, up] = ancestral_step(sigma, next, options.eta);
            step = {.down = down, .kept = 1.0f, .up = up};
        }
        if (step.down == 0.0f) {
            x = x + slope * (step.down - sigma);
            continue;
        }
        x = x + midpoint_slope(x, slope, run, sigma, step.down) * (step.down - sigma);
        x = step.kept * x + (*noise)(sigma, next) * s_noise * step.up;
    }
    return x;
}

}  // namespace easel::inference::samplers
