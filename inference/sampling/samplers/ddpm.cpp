#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {

// Ancestral sampling of Ho et al. (2020), with the variance-preserving state x / sqrt(1 + sigma^2).
Tensor ddpm(Tensor x, const SamplerRun& run) {
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        const float kept = 1 / (sigma * sigma + 1), kept_next = 1 / (next * next + 1), alpha = kept / kept_next;
        const Tensor eps = derivative(x, sigma, denoised);
        x = std::sqrt(1 / alpha) * (x / std::sqrt(1 + sigma * sigma) - (1 - alpha) * eps / std::sqrt(1 - kept));
        if (next > 0.0f) {
            x = x + std::sqrt((1 - alpha) * (1 - kept_next) / (1 - kept)) * (*noise)(sigma, next);
            x = x * std::sqrt(1 + next * next);
        }
    }
    return x;
}

// Latent consistency models: jump to the picture, then add noise for the next level.
Tensor lcm(Tensor x, const SamplerRun& run) {
    const Prediction& prediction = *run.model.parameterization().prediction;
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        x = run.model(x, sigma);
        run.report(i, x);
        if (next > 0.0f) x = prediction.add_noise(x, (*noise)(sigma, next), next, false);
    }
    return x;
}

}  // namespace easel::inference::samplers
