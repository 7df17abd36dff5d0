// Euler's method with a momentum on the slope, which estimates how the slope is about to change
// (openreview.net/forum?id=o2ND9v0CeK).
#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

constexpr float gamma = 2.0f;

}  // namespace

Tensor gradient_estimation(Tensor x, const SamplerRun& run) {
    Tensor previous;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        const Tensor slope = derivative(x, sigma, denoised);
        if (next == 0.0f) return denoised;
        x = x + slope * (next - sigma);
        if (previous.defined()) x = x + (gamma - 1) * (slope - previous) * (next - sigma);
        previous = slope;
    }
    return x;
}

Tensor gradient_estimation_cfg_pp(Tensor x, const SamplerRun& run) {
    Tensor previous;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const auto [denoised, uncond] = run.model.guided(x, sigma);
        run.report(i, denoised);
        const Tensor slope = derivative(x, sigma, uncond);
        if (next == 0.0f) return denoised;
        x = denoised + slope * next;
        if (previous.defined()) x = x + (gamma - 1) * (slope - previous) * (next - sigma);
        previous = slope;
    }
    return x;
}

}  // namespace easel::inference::samplers
