#include "inference/sampling/parameterization.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

class EpsPrediction : public Prediction {
public:
    Tensor network_input(const Tensor& x, float sigma) const override { return x / std::sqrt(sigma * sigma + 1.0f); }

    Tensor denoised(const Tensor& output, const Tensor& x, float sigma) const override { return x - output * sigma; }

    Tensor add_noise(const Tensor& latent, const Tensor& noise, float sigma, bool full_noise) const override {
        return noise * (full_noise ? std::sqrt(1.0f + sigma * sigma) : sigma) + latent;
    }

    Tensor remove_noise_scaling(const Tensor& x, float) const override { return x; }

    float half_log_snr(float sigma) const override { return -std::log(sigma); }
    float sigma_of_half_log_snr(float half_log_snr) const override { return std::exp(-half_log_snr); }
};

class VPrediction : public EpsPrediction {
public:
    Tensor denoised(const Tensor& output, const Tensor& x, float sigma) const override {
        const float variance = sigma * sigma + 1.0f;
        return x / variance - output * sigma / std::sqrt(variance);
    }
};

class DiscreteLevels : public NoiseLevels {
public:
    explicit DiscreteLevels(const std::vector<double>& sigmas) {
        for (double sigma : sigmas) {
            sigmas_.push_back(static_cast<float>(sigma));
            log_sigmas_.push_back(static_cast<float>(std::log(sigma)));
        }
    }

    const std::vector<float>& table() const override { return sigmas_; }

    // The nearest level, by ratio.
    float timestep(float sigma) const override {
        const float wanted = std::log(sigma);
        const auto farther = [wanted](float a, float b) { return std::abs(wanted - a) < std::abs(wanted - b); };
        const auto nearest = std::min_element(log_sigmas_.begin(), log_sigmas_.end(), farther);
        return static_cast<float>(nearest - log_sigmas_.begin());
    }

    float sigma(float timestep) const override {
        const float t = std::clamp(timestep, 0.0f, static_cast<float>(sigmas_.size() - 1));
        const auto low = static_cast<std::size_t>(std::floor(t)), high = static_cast<std::size_t>(std::ceil(t));
        const float weight = t - std::floor(t);
        return std::exp((1.0f - weight) * log_sigmas_[low] + weight * log_sigmas_[high]);
    }

    double percent_to_sigma(double percent) const override {
        if (percent <= 0.0) return 999999999.9;
        if (percent >= 1.0) return 0.0;
        return sigma(static_cast<float>((1.0 - percent) * 999.0));
    }

private:
    std::vector<float> sigmas_, log_sigmas_;
};

}  // namespace

std::shared_ptr<const Prediction> eps_prediction() { return std::make_shared<EpsPrediction>(); }

std::shared_ptr<const Prediction> v_prediction() { return std::make_shared<VPrediction>(); }

std::shared_ptr<const NoiseLevels> scaled_linear_levels(double first_beta, double last_beta, int timesteps) {
    const double first = std::sqrt(first_beta), last = std::sqrt(last_beta);
    std::vector<double> sigmas;
    double signal = 1.0;  // the running product of 1 - beta: the share of the picture's variance that is left
    for (int i = 0; i < timesteps; ++i) {
        const double root = first + (last - first) * i / (timesteps - 1);
        signal *= 1.0 - root * root;
        sigmas.push_back(std::sqrt((1.0 - signal) / signal));
    }
    return std::make_shared<DiscreteLevels>(sigmas);
}

}  // namespace easel::inference
