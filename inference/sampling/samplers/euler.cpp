#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

// CFG++ (arXiv 2406.08070): steps to the guided picture, but back along the noise that the model sees without prompt.
Tensor euler_cfg_pp_steps(Tensor x, const SamplerRun& run, const Stochastic& options) {
    const SnrTime time(run);
    const float s_noise = deviation(run, options.s_noise);
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const auto [denoised, uncond] = run.model.guided(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) {
            x = denoised;
            continue;
        }
        const float alpha = time.alpha(sigma), alpha_next = time.alpha(next);
        const Tensor direction = derivative(x, sigma, alpha * uncond);
        const AncestralStep step = ancestral_step(sigma / alpha, next / alpha_next, options.eta);
        x = alpha_next * denoised + (alpha_next * step.down) * direction;
        if (options.eta > 0.0f && s_noise > 0.0f) x = x + alpha_next * (*noise)(sigma, next) * (s_noise * step.up);
    }
    return x;
}

// Ancestral steps along a rectified flow.
Tensor euler_ancestral_flow(Tensor x, const SamplerRun& run, const Stochastic& options) {
    const float s_noise = deviation(run, options.s_noise);
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) {
            x = denoised;
            continue;
        }
        const FlowStep step = flow_step(sigma, next, options.eta);
        const float ratio = step.down / sigma;
        x = ratio * x + (1 - ratio) * denoised;
        if (options.eta > 0.0f) x = step.kept * x + (*noise)(sigma, next) * (s_noise * step.up);
    }
    return x;
}

}  // namespace

// Karras et al. (2022), algorithm 2 without churn.
Tensor euler(Tensor x, const SamplerRun& run) {
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        x = x + derivative(x, sigma, denoised) * (next - sigma);
    }
    return x;
}

Tensor euler_ancestral(Tensor x, const SamplerRun& run, const Stochastic& options) {
    if (is_flow(run)) return euler_ancestral_flow(std::move(x), run, options);
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        const AncestralStep step = ancestral_step(sigma, next, options.eta);
        if (step.down == 0.0f)
            x = denoised;
        else
            x = x + derivative(x, sigma, denoised) * (step.down - sigma) +
                (*noise)(sigma, next) * options.s_noise * step.up;
    }
    return x;
}

Tensor euler_cfg_pp(Tensor x, const SamplerRun& run) {
    return euler_cfg_pp_steps(std::move(x), run, {.eta = 0.0f, .s_noise = 0.0f});
}

Tensor euler_ancestral_cfg_pp(Tensor x, const SamplerRun& run, const Stochastic& options) {
    return euler_cfg_pp_steps(std::move(x), run, options);
}

Tensor euler_pp(Tensor x, const SamplerRun& run) {
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const auto [denoised, uncond] = run.model.guided(x, sigma);
        run.report(i, denoised);
        x = x + derivative(x - denoised + uncond, sigma, denoised) * (next - sigma);
    }
    return x;
}

}  // namespace easel::inference::samplers
