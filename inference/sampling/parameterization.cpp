#include "inference/sampling/parameterization.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

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

// The velocity, or EDM's residual, which has the other sign.
class VelocityPrediction : public EpsPrediction {
public:
    VelocityPrediction(double sigma_data, float sign) : data_(static_cast<float>(sigma_data)), sign_(sign) {}

    Tensor network_input(const Tensor& x, float sigma) const override {
        return x / std::sqrt(sigma * sigma + data_ * data_);
    }

    Tensor denoised(const Tensor& output, const Tensor& x, float sigma) const override {
        const float variance = sigma * sigma + data_ * data_;
        return x * (data_ * data_) / variance + output * (sign_ * sigma * data_) / std::sqrt(variance);
    }

private:
    float data_, sign_;
};

class PicturePrediction : public EpsPrediction {
public:
    Tensor denoised(const Tensor& output, const Tensor&, float) const override { return output; }
};

class FlowPrediction : public EpsPrediction {
public:
    explicit FlowPrediction(double noise_scale) : noise_scale_(noise_scale) {}

    Tensor network_input(const Tensor& x, float) const override { return x; }

    Tensor add_noise(const Tensor& latent, const Tensor& noise, float sigma, bool) const override {
        const Tensor scaled = noise_scale_ == 1.0 ? noise : noise * noise_scale_;
        return scaled * sigma + latent * (1.0f - sigma);
    }

    Tensor remove_noise_scaling(const Tensor& x, float sigma) const override { return x / (1.0f - sigma); }

    float half_log_snr(float sigma) const override { return -std::log(sigma / (1.0f - sigma)); }
    float sigma_of_half_log_snr(float half_log_snr) const override { return 1.0f / (1.0f + std::exp(half_log_snr)); }

private:
    double noise_scale_;
};

class UnboundedFlowPrediction : public EpsPrediction {
public:
    Tensor network_input(const Tensor& x, float sigma) const override { return x * (1.0f - share(sigma)); }

    Tensor denoised(const Tensor& output, const Tensor& x, float sigma) const override {
        return x * (1.0f - share(sigma)) - output * share(sigma);
    }

    Tensor add_noise(const Tensor& latent, const Tensor& noise, float sigma, bool) const override {
        return noise * sigma + latent;
    }

private:
    static float share(float sigma) { return sigma / (sigma + 1.0f); }
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

// Noise against picture as a share that `shift` moves towards noise. (time_snr_shift)
float shifted(float shift, float share) { return shift == 1.0f ? share : shift * share / (1.0f + (shift - 1.0f) * share); }

// Flow: levels are shares of noise, 1 at the start.
class FlowLevels : public NoiseLevels {
public:
    FlowLevels(double shift, double multiplier)
        : shift_(static_cast<float>(shift)), multiplier_(static_cast<float>(multiplier)) {
        constexpr int count = 1000;
        for (int i = 1; i <= count; ++i)
            table_.push_back(sigma(static_cast<float>(i) / static_cast<float>(count) * multiplier_));
    }

    const std::vector<float>& table() const override { return table_; }
    float timestep(float sigma) const override { return sigma * multiplier_; }
    float sigma(float timestep) const override { return shifted(shift_, timestep / multiplier_); }

    double percent_to_sigma(double percent) const override {
        if (percent <= 0.0) return 1.0;
        if (percent >= 1.0) return 0.0;
        const double share = 1.0 - percent, shift = shift_;
        return shift == 1.0 ? share : shift * share / (1.0 + (shift - 1.0) * share);
    }

private:
    float shift_, multiplier_;
    std::vector<float> table_;
};

class FluxLevels : public NoiseLevels {
public:
    explicit FluxLevels(double mu) : factor_(std::exp(mu)) {
        constexpr int count = 10000;
        for (int i = 1; i <= count; ++i)
            table_.push_back(sigma(static_cast<float>(i) / static_cast<float>(count)));
    }

    const std::vector<float>& table() const override { return table_; }
    float timestep(float sigma) const override { return sigma; }
    float sigma(float timestep) const override {
        const auto factor = static_cast<float>(factor_);
        return factor / (factor + (1.0f / timestep - 1.0f));
    }

    double percent_to_sigma(double percent) const override {
        if (percent <= 0.0) return 1.0;
        if (percent >= 1.0) return 0.0;
        return factor_ / (factor_ + (1.0 / (1.0 - percent) - 1.0));
    }

private:
    double factor_;
    std::vector<float> table_;
};

class ContinuousLevels : public NoiseLevels {
public:
    ContinuousLevels(ContinuousTime time, double sigma_min, double sigma_max) : time_(time) {
        const Tensor table = at::linspace(std::log(sigma_min), std::log(sigma_max), 1000, at::kFloat).exp();
        table_.assign(table.const_data_ptr<float>(), table.const_data_ptr<float>() + table.numel());
    }

    const std::vector<float>& table() const override { return table_; }

    float timestep(float sigma) const override {
        switch (time_) {
            case ContinuousTime::quarter_log: return 0.25f * std::log(sigma);
            case ContinuousTime::arc_tangent: return std::atan(sigma) / pi * 2.0f;
            case ContinuousTime::noise_share: break;
        }
        return sigma / (sigma + 1.0f);
    }

    float sigma(float timestep) const override {
        switch (time_) {
            case ContinuousTime::quarter_log: return std::exp(timestep / 0.25f);
            case ContinuousTime::arc_tangent: return std::tan(timestep * pi / 2.0f);
            case ContinuousTime::noise_share: break;
        }
        return timestep >= sigma_max() / (sigma_max() + 1.0f) ? sigma_max() : timestep / (1.0f - timestep);
    }

    double percent_to_sigma(double percent) const override {
        if (percent <= 0.0) return 999999999.9;
        if (percent >= 1.0) return 0.0;
        const double lowest = std::log(static_cast<double>(sigma_min()));
        return std::exp((std::log(static_cast<double>(sigma_max())) - lowest) * (1.0 - percent) + lowest);
    }

private:
    static constexpr float pi = std::numbers::pi_v<float>;
    ContinuousTime time_;
    std::vector<float> table_;
};

}  // namespace

std::shared_ptr<const Prediction> eps_prediction() { return std::make_shared<EpsPrediction>(); }

std::shared_ptr<const Prediction> v_prediction(double sigma_data) {
    return std::make_shared<VelocityPrediction>(sigma_data, -1.0f);
}

std::shared_ptr<const Prediction> edm_prediction(double sigma_data) {
    return std::make_shared<VelocityPrediction>(sigma_data, 1.0f);
}

std::shared_ptr<const Prediction> picture_prediction() { return std::make_shared<PicturePrediction>(); }

std::shared_ptr<const Prediction> flow_prediction(double noise_scale) {
    return std::make_shared<FlowPrediction>(noise_scale);
}

std::shared_ptr<const Prediction> unbounded_flow_prediction() { return std::make_shared<UnboundedFlowPrediction>(); }

std::shared_ptr<const NoiseLevels> discrete_levels(const std::vector<double>& sigmas) {
    return std::make_shared<DiscreteLevels>(sigmas);
}

std::shared_ptr<const NoiseLevels> flow_levels(double shift, double multiplier) {
    return std::make_shared<FlowLevels>(shift, multiplier);
}

std::shared_ptr<const NoiseLevels> flux_levels(double mu) { return std::make_shared<FluxLevels>(mu); }

std::shared_ptr<const NoiseLevels> continuous_levels(ContinuousTime time, double sigma_min, double sigma_max) {
    return std::make_shared<ContinuousLevels>(time, sigma_min, sigma_max);
}

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
