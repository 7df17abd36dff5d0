#include "inference/models/cogvideo/sampler.hpp"

#include <cmath>

namespace easel::inference::cogvideo {
namespace {

Tensor ddim_on_shares(Tensor x, const SamplerRun& run) {
    for (int64_t step = 0; step < run.steps(); ++step) {
        const float sigma = run.sigma(step), next = run.sigma(step + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(step, denoised);
        if (next == 0.0f) {
            x = denoised;
            continue;
        }
        const float now = 1.0f / (1.0f + sigma * sigma), then = 1.0f / (1.0f + next * next);
        const Tensor noise = (x - denoised * std::sqrt(now)) / std::sqrt(1.0f - now);
        x = denoised * std::sqrt(then) + noise * std::sqrt(1.0f - then);
    }
    return x;
}

}  // namespace

Sampler variance_keeping_ddim() { return {.function = ddim_on_shares, .takes_plain_noise = true}; }

}  // namespace easel::inference::cogvideo
