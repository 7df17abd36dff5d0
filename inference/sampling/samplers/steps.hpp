// The few formulas that several families of samplers share. All scalars are float32, as the reference computes them:
// where differences of close numbers are taken, more precision would give other pictures.
#pragma once

#include "inference/sampling/float_math.hpp"
#include "inference/sampling/samplers/samplers.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::samplers {

// dx/dsigma of the probability flow: the direction from the picture to the noise (Karras et al. 2022).
inline Tensor derivative(const Tensor& x, float sigma, const Tensor& denoised) { return (x - denoised) / sigma; }

// A step from `from` to `to` as one without noise to `down` and fresh noise of deviation `up`, down^2 + up^2 = to^2.
struct AncestralStep {
    float down, up;
};

inline AncestralStep ancestral_step(float from, float to, float eta = 1.0f) {
    if (eta == 0.0f) return {to, 0.0f};
    const float variance = to * to * (from * from - to * to) / (from * from);
    const float up = std::min(to, eta * std::sqrt(variance));
    return {std::sqrt(to * to - up * up), up};
}

// The same in a rectified flow, whose picture must grow back to its share: a step without noise to `down`, then the
// state times `kept` and noise of deviation `up`.
struct FlowStep {
    float down, kept, up;
};

inline FlowStep flow_step(float from, float to, float eta) {
    const float down = to * (1 + (to / from - 1) * eta);
    const float kept = (1 - to) / (1 - down);
    return {down, kept, std::sqrt(to * to - down * down * kept * kept)};
}

inline bool is_flow(const SamplerRun& run) { return run.model.parameterization().prediction->is_flow(); }

// The deviation of unit noise in the model's own scale, times a sampler's multiplier.
inline float deviation(const SamplerRun& run, double s_noise) {
    return static_cast<float>(s_noise * run.model.parameterization().prediction->noise_scale());
}

// Time in which DPM-Solver works where the picture is not scaled down: -log(sigma).
inline float log_time(float sigma) { return -float_math::log(sigma); }
inline float sigma_at(float log_time) { return float_math::exp(-log_time); }

// A schedule that starts where logSNR is finite: a flow's first level of 1 is moved a ten thousandth towards the end.
inline Sigmas finite_schedule(const SamplerRun& run) {
    Sigmas sigmas = run.sigmas;
    if (sigmas.size() > 1 && is_flow(run) && sigmas.front() >= 1.0f)
        sigmas.front() = static_cast<float>(run.model.parameterization().levels->percent_to_sigma(1e-4));
    return sigmas;
}

// The same run on another schedule, which must outlive it.
inline SamplerRun with_schedule(const SamplerRun& run, const Sigmas& sigmas) {
    return {.model = run.model, .sigmas = sigmas, .seed = run.seed, .on_step = run.on_step, .generator = run.generator};
}

// The half-logSNR time axis of the model's own parameterization, for exponential integrators.
struct SnrTime {
    const Prediction& prediction;

    explicit SnrTime(const SamplerRun& run) : prediction(*run.model.parameterization().prediction) {}
    float of(float sigma) const { return prediction.half_log_snr(sigma); }
    float sigma(float lambda) const { return prediction.sigma_of_half_log_snr(lambda); }
    // How much of the picture is left at a level: sigma = alpha * exp(-lambda).
    float alpha(float sigma) const { return sigma * float_math::exp(of(sigma)); }
};

}  // namespace easel::inference::samplers
