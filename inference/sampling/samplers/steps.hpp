// The few formulas that several families of samplers share. All scalars are float32, as the reference computes them:
// where differences of close numbers are taken, more precision would give other pictures.
#pragma once

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

inline AncestralStep ancestral_step(float from, float to) {
    const float variance = to * to * (from * from - to * to) / (from * from);
    const float up = std::min(to, std::sqrt(variance));
    return {std::sqrt(to * to - up * up), up};
}

// Time in which DPM-Solver works where the picture is not scaled down: -log(sigma).
inline float log_time(float sigma) { return -std::log(sigma); }
inline float sigma_at(float log_time) { return std::exp(-log_time); }

// The half-logSNR time axis of the model's own parameterization, for exponential integrators.
struct SnrTime {
    const Prediction& prediction;

    explicit SnrTime(const SamplerRun& run) : prediction(*run.model.parameterization().prediction) {}
    float of(float sigma) const { return prediction.half_log_snr(sigma); }
    float sigma(float lambda) const { return prediction.sigma_of_half_log_snr(lambda); }
    // How much of the picture is left at a level: sigma = alpha * exp(-lambda).
    float alpha(float sigma) const { return sigma * std::exp(of(sigma)); }
};

}  // namespace easel::inference::samplers
