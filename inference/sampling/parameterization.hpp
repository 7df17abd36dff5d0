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

    // Whether levels are shares of noise: x = (1 - sigma) * picture + sigma * noise, nothing but noise at 1.
    virtual bool is_flow() const { return false; }
    // The deviation of the noise that the network was trained with.
    virtual double noise_scale() const { return 1.0; }

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

// x = picture + sigma * noise; the network predicts the noise (eps), or the velocity v of Salimans and Ho (2022), or
// what EDM's network does (Karras et al. 2022). `sigma_data` is the deviation of the data.
std::shared_ptr<const Prediction> eps_prediction();
std::shared_ptr<const Prediction> v_prediction(double sigma_data = 1.0);
std::shared_ptr<const Prediction> edm_prediction(double sigma_data = 0.5);
// The network predicts the picture itself. (X0)
std::shared_ptr<const Prediction> picture_prediction();
// Rectified flow (Liu et al. 2022): x = (1 - sigma) * picture + sigma * noise, the network predicts noise - picture.
// `noise_scale` is the deviation of the noise. (CONST)
std::shared_ptr<const Prediction> flow_prediction(double noise_scale = 1.0);
// Latent consistency models (arXiv 2310.04378): noise prediction whose picture gives way to x itself at little noise.
// (nodes_model_advanced.LCM)
std::shared_ptr<const Prediction> consistency_prediction(std::shared_ptr<const NoiseLevels> levels);
// The network makes a picture of x as it is; as a flow it starts from the picture without noise, and what it makes is
// inverted at the end. (IMG_TO_IMG, IMG_TO_IMG_FLOW)
std::shared_ptr<const Prediction> image_prediction();
std::shared_ptr<const Prediction> image_flow_prediction();
// Rectified flow over unbounded levels, sigma / (1 + sigma) being the share of noise. (COSMOS_RFLOW)
std::shared_ptr<const Prediction> unbounded_flow_prediction();

// Stable Diffusion's schedule: betas whose square roots rise linearly over 1000 timesteps.
std::shared_ptr<const NoiseLevels> scaled_linear_levels(double first_beta = 0.00085, double last_beta = 0.012,
                                                        int timesteps = 1000);
// Levels of a table, rising; timesteps count them.
std::shared_ptr<const NoiseLevels> discrete_levels(const std::vector<double>& sigmas);
// Fifty of the levels of a table of a thousand, at which distilled models were trained; timesteps count the thousand.
std::shared_ptr<const NoiseLevels> distilled_levels(const std::vector<double>& sigmas);
// The levels of scaled_linear_levels, and such a table changed so that its last level is nothing but noise (arXiv
// 2305.08891).
std::vector<double> scaled_linear_sigmas(double first_beta = 0.00085, double last_beta = 0.012, int timesteps = 1000);
std::vector<double> zero_terminal_snr(std::vector<double> sigmas);
// Stable Cascade's cosine schedule over times 0 to 1, its signal to noise ratio divided by the square of `shift`.
std::shared_ptr<const NoiseLevels> cascade_levels(double shift);
// Shares of noise 0..1 of a flow, moved towards noise by `shift` as larger pictures need; the network's time is
// `multiplier` at pure noise. (ModelSamplingDiscreteFlow)
std::shared_ptr<const NoiseLevels> flow_levels(double shift = 1.0, double multiplier = 1000.0);
// The same with a shift of exp(`mu`) and a time of 1 at pure noise. (ModelSamplingFlux)
std::shared_ptr<const NoiseLevels> flux_levels(double mu = 1.15);
// A thousand levels evenly spaced by ratio. The network's time is log(sigma) / 4, or two thirds of a half turn's arc
// tangent, or the share of noise. (ModelSamplingContinuousEDM, ModelSamplingContinuousV, ModelSamplingCosmosRFlow)
enum class ContinuousTime { quarter_log, arc_tangent, noise_share };
std::shared_ptr<const NoiseLevels> continuous_levels(ContinuousTime time, double sigma_min, double sigma_max);

}  // namespace easel::inference
