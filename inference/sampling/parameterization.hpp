// What a diffusion network was trained to predict (Prediction) and at which noise levels (NoiseLevels). Samplers and
// schedulers work on sigmas, the standard deviation of the noise relative to the picture, and ask here for the rest.
#pragma once

#include "inference/tensor.hpp"

#include <memory>
#include <vector>

namespace easel::inference {

using Sigmas = std::vector<float>;  // falling; the last is 0 where sampling runs to its end

class Prediction {
public:
    virtual ~Prediction() = default;

    // `x` as the network wants to see it.
    virtual Tensor network_input(const Tensor& x, float sigma) const = 0;
    // The noise-free picture that `output` implies, where `x` is what the sampler held.
    virtual Tensor denoised(const Tensor& output, const Tensor& x, float sigma) const = 0;
    // A latent with unit `noise` at level `sigma`. `full_noise` says that sampling starts from nothing but noise.
    virtual Tensor add_noise(const Tensor& latent, const Tensor& noise, float sigma, bool full_noise) const = 0;
    // Undoes the scaling that add_noise gave the latent, when sampling ended at `sigma`.
    virtual Tensor remove_noise_scaling(const Tensor& x, float sigma) const = 0;

    // log(signal / noise) at a level, and back: the time axis of exponential integrators.
    virtual float half_log_snr(float sigma) const = 0;
    virtual float sigma_of_half_log_snr(float half_log_snr) const = 0;
};

class NoiseLevels {
public:
    virtual ~NoiseLevels() = default;

    // The levels of training, rising.
    virtual const std::vector<float>& table() const = 0;
    // What the network takes as time for a level, and back.
    virtual float timestep(float sigma) const = 0;
    virtual float sigma(float timestep) const = 0;
    // The level at a share of the schedule: 0 is its start (beyond any level), 1 its end (zero).
    virtual double percent_to_sigma(double percent) const = 0;

    float sigma_min() const { return table().front(); }
    float sigma_max() const { return table().back(); }
};

struct Parameterization {
    std::shared_ptr<const Prediction> prediction;
    std::shared_ptr<const NoiseLevels> levels;
};

// x = picture + sigma * noise; the network predicts the noise (eps), or the velocity v of Salimans and Ho (2022).
std::shared_ptr<const Prediction> eps_prediction();
std::shared_ptr<const Prediction> v_prediction();

// Stable Diffusion's schedule: betas whose square roots rise linearly over 1000 timesteps.
std::shared_ptr<const NoiseLevels> scaled_linear_levels(double first_beta = 0.00085, double last_beta = 0.012,
                                                        int timesteps = 1000);

}  // namespace easel::inference
