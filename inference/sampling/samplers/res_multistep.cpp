// Refined exponential solver of order two (arXiv 2308.02157), with memory of one step in place of a second model call.
#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

enum class Guidance { plain, cfg_pp };
enum class Noise { none, ancestral };

float finite_or_zero(float value) { return std::isnan(value) ? 0.0f : value; }

Tensor solve(Tensor x, const SamplerRun& run, Guidance guidance, Noise kind) {
    const float s_noise = deviation(run, 1.0);
    const auto noise = independent_noise(x, run.seed);
    Tensor previous;
    float previous_down = 0.0f;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        Tensor denoised, followed;  // the picture, and the prediction whose direction is followed
        if (guidance == Guidance::cfg_pp) {
            auto prediction = run.model.guided(x, sigma);
            denoised = prediction.denoised;
            followed = prediction.uncond;
        } else {
            denoised = followed = run.model(x, sigma);
        }
        run.report(i, denoised);
        const AncestralStep step = kind == Noise::ancestral ? ancestral_step(sigma, next) : AncestralStep{next, 0.0f};
        // Moving the state by the guidance makes the steps below, written for one prediction, those of CFG++.
        if (guidance == Guidance::cfg_pp) x = x + (denoised - followed);
        if (step.down == 0.0f || !previous.defined()) {
            x = x + derivative(x, sigma, denoised) * (step.down - sigma);
        } else {
            const float t = log_time(sigma), h = log_time(step.down) - t;
            const float c2 = (log_time(run.sigma(i - 1)) - log_time(previous_down)) / h;
            const float phi_1 = std::expm1(-h) / -h, phi_2 = (phi_1 - 1) / -h;
            const float b1 = finite_or_zero(phi_1 - phi_2 / c2), b2 = finite_or_zero(phi_2 / c2);
            x = std::exp(-h) * x + h * (b1 * followed + b2 * previous);
        }
        if (step.up > 0.0f) x = x + (*noise)(sigma, next) * s_noise * step.up;
        previous = followed;
        previous_down = step.down;
    }
    return x;
}

}  // namespace

Tensor res_multistep(Tensor x, const SamplerRun& run) { return solve(std::move(x), run, Guidance::plain, Noise::none); }

Tensor res_multistep_cfg_pp(Tensor x, const SamplerRun& run) {
    return solve(std::move(x), run, Guidance::cfg_pp, Noise::none);
}

Tensor res_multistep_ancestral(Tensor x, const SamplerRun& run) {
    return solve(std::move(x), run, Guidance::plain, Noise::ancestral);
}

Tensor res_multistep_ancestral_cfg_pp(Tensor x, const SamplerRun& run) {
    return solve(std::move(x), run, Guidance::cfg_pp, Noise::ancestral);
}

}  // namespace easel::inference::samplers
