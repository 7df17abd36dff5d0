#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {

// Karras et al. (2022), algorithm 2 without churn: the slope is the mean of the slopes at both ends of the step.
Tensor heun(Tensor x, const SamplerRun& run) {
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        const Tensor slope = derivative(x, sigma, denoised);
        if (next == 0.0f) {
            x = x + slope * (next - sigma);
            continue;
        }
        const Tensor ahead = x + slope * (next - sigma);
        const Tensor slope_ahead = derivative(ahead, next, run.model(ahead, next));
        x = x + (slope + slope_ahead) / 2 * (next - sigma);
    }
    return x;
}

// Heun++: looks two levels ahead and weighs the slopes by their sigmas relative to the first of the schedule.
Tensor heunpp2(Tensor x, const SamplerRun& run) {
    const float first = run.sigmas.front(), last = run.sigmas.back();
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        const Tensor slope = derivative(x, sigma, denoised);
        if (next == last) {
            x = x + slope * (next - sigma);
            continue;
        }
        const Tensor ahead = x + slope * (next - sigma);
        const Tensor slope_2 = derivative(ahead, next, run.model(ahead, next));
        const float after = run.sigma(i + 2);
        if (after == last) {
            const float weight = next / (2 * first);
            x = x + (slope * (1 - weight) + slope_2 * weight) * (next - sigma);
            continue;
        }
        const Tensor farther = ahead + slope_2 * (after - next);
        const Tensor slope_3 = derivative(farther, after, run.model(farther, after));
        const float weight_2 = next / (3 * first), weight_3 = after / (3 * first);
        x = x + ((1 - weight_2 - weight_3) * slope + weight_2 * slope_2 + weight_3 * slope_3) * (next - sigma);
    }
    return x;
}

}  // namespace easel::inference::samplers
