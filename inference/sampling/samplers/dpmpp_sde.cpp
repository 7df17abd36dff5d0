// DPM-Solver++ for the reverse SDE (arXiv 2211.01095, appendix), with noise from one Brownian path. eta is 1: as much
// noise as the forward process takes.
#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

// The deviation, relative to sigma, of the noise that a step of length `h` in half-logSNR adds.
float noise_share(float h) { return std::sqrt(-std::expm1(-2 * h)); }

enum class Correction { midpoint, heun };

Tensor second_order_multistep(Tensor x, const SamplerRun& run, Correction correction) {
    if (run.steps() < 1) return x;
    const SnrTime time(run);
    const auto noise = brownian_noise(x, run.sigmas, run.seed);
    Tensor previous;
    float previous_h = 0.0f;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) {
            x = denoised;
            continue;
        }
        const float h = time.of(next) - time.of(sigma), h_2 = h * 2, alpha = time.alpha(next);
        x = next / sigma * std::exp(-h) * x + alpha * -std::expm1(-h_2) * denoised;
        if (previous.defined()) {
            const float inverse_r = 1 / (previous_h / h);
            const float weight =
                correction == Correction::heun ? -std::expm1(-h_2) / -h_2 + 1 : 0.5f * -std::expm1(-h_2);
            x = x + alpha * weight * inverse_r * (denoised - previous);
        }
        x = x + (*noise)(sigma, next) * next * noise_share(h);
        previous = denoised;
        previous_h = h;
    }
    return x;
}

}  // namespace

Tensor dpmpp_sde(Tensor x, const SamplerRun& run) {
    if (run.steps() < 1) return x;
    const SnrTime time(run);
    const auto noise = brownian_noise(x, run.sigmas, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) {
            x = denoised;
            continue;
        }
        // A step to the level halfway, then one over the whole way with the picture seen there.
        const auto step_to = [&](float lambda, float alpha, float to, const Tensor& target) {
            const AncestralStep split = ancestral_step(std::exp(-time.of(sigma)), std::exp(-lambda));
            const float h = log_time(split.down) - time.of(sigma);
            return alpha / time.alpha(sigma) * std::exp(-h) * x - alpha * std::expm1(-h) * target +
                   alpha * (*noise)(sigma, to) * split.up;
        };
        const float lambda = time.of(sigma), lambda_next = time.of(next);
        const float lambda_middle = lambda + 0.5f * (lambda_next - lambda), middle = time.sigma(lambda_middle);
        const Tensor halfway = step_to(lambda_middle, middle * std::exp(lambda_middle), middle, denoised);
        const Tensor denoised_2 = run.model(halfway, middle);
        x = step_to(lambda_next, time.alpha(next), next, denoised_2);
    }
    return x;
}

Tensor dpmpp_2m_sde(Tensor x, const SamplerRun& run) {
    return second_order_multistep(std::move(x), run, Correction::midpoint);
}

Tensor dpmpp_2m_sde_heun(Tensor x, const SamplerRun& run) {
    return second_order_multistep(std::move(x), run, Correction::heun);
}

Tensor dpmpp_3m_sde(Tensor x, const SamplerRun& run) {
    if (run.steps() < 1) return x;
    const SnrTime time(run);
    const auto noise = brownian_noise(x, run.sigmas, run.seed);
    Tensor denoised_1, denoised_2;  // of one and two steps before
    float h_1 = 0.0f, h_2 = 0.0f;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) {
            x = denoised;
            continue;
        }
        const float h = time.of(next) - time.of(sigma), h_eta = h * 2, alpha = time.alpha(next);
        x = next / sigma * std::exp(-h) * x + alpha * -std::expm1(-h_eta) * denoised;
        const float phi_2 = std::expm1(-h_eta) / h_eta + 1;
        if (denoised_2.defined()) {
            const float phi_3 = phi_2 / h_eta - 0.5f, r0 = h_1 / h, r1 = h_2 / h;
            const Tensor slope_0 = (denoised - denoised_1) / r0, slope_1 = (denoised_1 - denoised_2) / r1;
            const Tensor first = slope_0 + (slope_0 - slope_1) * r0 / (r0 + r1);
            const Tensor second = (slope_0 - slope_1) / (r0 + r1);
            x = x + alpha * phi_2 * first - alpha * phi_3 * second;
        } else if (denoised_1.defined()) {
            x = x + alpha * phi_2 * ((denoised - denoised_1) / (h_1 / h));
        }
        x = x + (*noise)(sigma, next) * next * noise_share(h);
        denoised_2 = denoised_1;
        denoised_1 = denoised;
        h_2 = h_1;
        h_1 = h;
    }
    return x;
}

}  // namespace easel::inference::samplers
