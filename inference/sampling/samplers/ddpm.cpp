#include "inference/sampling/samplers/steps.hpp"

#include "inference/image/resize.hpp"

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
Tensor lcm(Tensor x, const SamplerRun& run, const Lcm& options) {
    const Prediction& prediction = *run.model.parameterization().prediction;
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        x = run.model(x, sigma);
        run.report(i, x);
        if (next <= 0.0f) continue;
        Tensor fresh = (*noise)(sigma, next);
        if (options.clip > 0.0) {
            const double bound = options.clip * fresh.std().item<double>();
            fresh = fresh.clamp(-bound, bound);
        }
        const double progress = run.steps() > 1 ? static_cast<double>(i) / static_cast<double>(run.steps() - 1) : 0.0;
        const double multiplier = options.s_noise + (options.s_noise_end - options.s_noise) * progress;
        if (multiplier != 1.0) fresh = fresh * multiplier;
        x = prediction.add_noise(x, fresh, next, false);
    }
    return x;
}

// The same, enlarging the picture step by step; noise continues the generator of the initial noise.
Tensor lcm_upscale(Tensor x, const SamplerRun& run, const LcmUpscale& options) {
    const auto levels = static_cast<int64_t>(run.sigmas.size());
    const int64_t points =
        options.steps < 0 ? std::max<int64_t>(levels / 2 + 1, 2) : std::min(options.steps + 1, levels + 1);
    const std::vector<int64_t> original = x.sizes().vec();
    const auto side = [&](std::size_t from_end, double factor) {
        return static_cast<int64_t>(std::nearbyint(static_cast<double>(original[original.size() - from_end]) * factor));
    };
    at::Generator generator = run.generator.defined() ? run.generator : seeded_generator(run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        x = run.model(x, sigma);
        run.report(i, x);
        if (i < points - 1) {
            const double share = static_cast<double>(i + 1) / static_cast<double>(points - 1);
            const double factor = 1.0 + (options.scale - 1.0) * share;
            x = resize(x, side(1, factor), side(2, factor), options.method);
        }
        if (next <= 0.0f) continue;
        const Tensor fresh = at::empty_like(x, x.options().device(at::kCPU)).normal_(0.0, 1.0, generator);
        x = x + next * fresh.to(x.device());
    }
    return x;
}

}  // namespace easel::inference::samplers
