#include "inference/sampling/parameterization.hpp"

#include "inference/sampling/float_math.hpp"

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

    float half_log_snr(float sigma) const override { return -float_math::log(sigma); }
    float sigma_of_half_log_snr(float half_log_snr) const override { return float_math::exp(-half_log_snr); }
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

// x goes in as it is.
class ImagePrediction : public PicturePrediction {
public:
    Tensor network_input(const Tensor& x, float) const override { return x; }
};

class ConsistencyPrediction : public EpsPrediction {
public:
    explicit ConsistencyPrediction(std::shared_ptr<const NoiseLevels> levels) : levels_(std::move(levels)) {}

    Tensor denoised(const Tensor& output, const Tensor& x, float sigma) const override {
        constexpr float data = 0.5f, time_scale = 10.0f;
        const float time = levels_->timestep(sigma) * time_scale, variance = time * time + data * data;
        return (x - output * sigma) * (time / std::sqrt(variance)) + x * (data * data / variance);
    }

private:
    std::shared_ptr<const NoiseLevels> levels_;
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

    bool is_flow() const override { return true; }
    double noise_scale() const override { return noise_scale_; }

    float half_log_snr(float sigma) const override { return -float_math::logit(sigma); }
    float sigma_of_half_log_snr(float half_log_snr) const override { return float_math::sigmoid(-half_log_snr); }

private:
    double noise_scale_;
};

class ImageFlowPrediction : public FlowPrediction {
public:
    ImageFlowPrediction() : FlowPrediction(1.0) {}

    Tensor denoised(const Tensor& output, const Tensor&, float) const override { return output; }
    Tensor add_noise(const Tensor& latent, const Tensor&, float, bool) const override { return latent; }
    Tensor remove_noise_scaling(const Tensor& x, float) const override { return 1.0f - x; }
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

// Noise against picture as a share that `shift` moves towards noise. (time_snr_shift)
float shifted(float shift, float share) {
    return shift == 1.0f ? share : shift * share / (1.0f + (shift - 1.0f) * share);
}

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

std::shared_ptr<const Prediction> consistency_prediction(std::shared_ptr<const NoiseLevels> levels) {
    return std::make_shared<ConsistencyPrediction>(std::move(levels));
}

std::shared_ptr<const Prediction> image_prediction() { return std::make_shared<ImagePrediction>(); }

std::shared_ptr<const Prediction> image_flow_prediction() { return std::make_shared<ImageFlowPrediction>(); }

std::shared_ptr<const Prediction> flow_prediction(double noise_scale) {
    return std::make_shared<FlowPrediction>(noise_scale);
}

std::shared_ptr<const Prediction> unbounded_flow_prediction() { return std::make_shared<UnboundedFlowPrediction>(); }

std::shared_ptr<const NoiseLevels> flow_levels(double shift, double multiplier) {
    return std::make_shared<FlowLevels>(shift, multiplier);
}

std::shared_ptr<const NoiseLevels> flux_levels(double mu) { return std::make_shared<FluxLevels>(mu); }

std::shared_ptr<const NoiseLevels> continuous_levels(ContinuousTime time, double sigma_min, double sigma_max) {
    return std::make_shared<ContinuousLevels>(time, sigma_min, sigma_max);
}

std::shared_ptr<const NoiseLevels> scaled_linear_levels(double first_beta, double last_beta, int timesteps) {
    return discrete_levels(scaled_linear_sigmas(first_beta, last_beta, timesteps));
}

}  // namespace easel::inference
