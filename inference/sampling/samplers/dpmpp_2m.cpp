// DPM-Solver++(2M) (arXiv 2211.01095): second order from the picture of the step before.
#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {

Tensor dpmpp_2m(Tensor x, const SamplerRun& run) {
    Tensor previous;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const Tensor denoised = run.model(x, run.sigma(i));
        run.report(i, denoised);
        const float t = log_time(run.sigma(i)), t_next = log_time(run.sigma(i + 1)), h = t_next - t;
        Tensor target = denoised;
        if (previous.defined() && run.sigma(i + 1) != 0.0f) {
            const float r = (t - log_time(run.sigma(i - 1))) / h;
            target = (1 + 1 / (2 * r)) * denoised - 1 / (2 * r) * previous;
        }
        x = sigma_at(t_next) / sigma_at(t) * x - std::expm1(-h) * target;
        previous = denoised;
    }
    return x;
}

Tensor dpmpp_2m_cfg_pp(Tensor x, const SamplerRun& run) {
    Tensor previous_uncond;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const auto [denoised, uncond] = run.model.guided(x, run.sigma(i));
        run.report(i, denoised);
        const float t = log_time(run.sigma(i)), h = log_time(run.sigma(i + 1)) - t;
        Tensor mix = -std::exp(-h) * uncond;
        if (previous_uncond.defined() && run.sigma(i + 1) != 0.0f) {
            const float r = (t - log_time(run.sigma(i - 1))) / h;
            mix = mix - std::expm1(-h) * (1 / (2 * r)) * (denoised - previous_uncond);
        }
        x = denoised + mix + std::exp(-h) * x;
        previous_uncond = uncond;
    }
    return x;
}

}  // namespace easel::inference::samplers
