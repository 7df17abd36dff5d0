// Levels that are looked up in a table.
#include "inference/sampling/parameterization.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel::inference {
namespace {

class DiscreteLevels : public NoiseLevels {
public:
    explicit DiscreteLevels(const std::vector<double>& sigmas) {
        for (double sigma : sigmas) {
            sigmas_.push_back(static_cast<float>(sigma));
            log_sigmas_.push_back(static_cast<float>(std::log(sigma)));
        }
    }

    const std::vector<float>& table() const override { return sigmas_; }

    float timestep(float sigma) const override { return static_cast<float>(nearest(sigma)); }

    float sigma(float timestep) const override { return between(timestep); }

    double percent_to_sigma(double percent) const override {
        if (percent <= 0.0) return 999999999.9;
        if (percent >= 1.0) return 0.0;
        return sigma(static_cast<float>((1.0 - percent) * 999.0));
    }

protected:
    // The place of the nearest level, by ratio.
    std::ptrdiff_t nearest(float sigma) const {
        const float wanted = std::log(sigma);
        const auto farther = [wanted](float a, float b) { return std::abs(wanted - a) < std::abs(wanted - b); };
        return std::min_element(log_sigmas_.begin(), log_sigmas_.end(), farther) - log_sigmas_.begin();
    }

    // The level at a place, which may lie between two.
    float between(float place) const {
        const float t = std::clamp(place, 0.0f, static_cast<float>(sigmas_.size() - 1));
        const auto low = static_cast<std::size_t>(std::floor(t)), high = static_cast<std::size_t>(std::ceil(t));
        const float weight = t - std::floor(t);
        return std::exp((1.0f - weight) * log_sigmas_[low] + weight * log_sigmas_[high]);
    }

private:
    std::vector<float> sigmas_, log_sigmas_;
};

constexpr std::size_t distilled_count = 50;

std::vector<double> every_twentieth(const std::vector<double>& sigmas) {
    const std::size_t stride = sigmas.size() / distilled_count;
    std::vector<double> kept(distilled_count);
    for (std::size_t i = 0; i < distilled_count; ++i)
        kept[distilled_count - 1 - i] = sigmas[sigmas.size() - 1 - i * stride];
    return kept;
}

class DistilledLevels : public DiscreteLevels {
public:
    explicit DistilledLevels(const std::vector<double>& sigmas)
        : DiscreteLevels(every_twentieth(sigmas)), stride_(static_cast<float>(sigmas.size() / distilled_count)) {}

    float timestep(float sigma) const override {
        return static_cast<float>(nearest(sigma)) * stride_ + (stride_ - 1.0f);
    }
    float sigma(float timestep) const override { return between((timestep - (stride_ - 1.0f)) / stride_); }

private:
    float stride_;
};

class CascadeLevels : public NoiseLevels {
public:
    explicit CascadeLevels(double shift) : shift_(static_cast<float>(shift)) {
        constexpr int count = 10000;
        for (int i = 1; i <= count; ++i)
            table_.push_back(sigma(static_cast<float>(i) / static_cast<float>(count)));
    }

    const std::vector<float>& table() const override { return table_; }

    float timestep(float sigma) const override {
        const float variance = std::clamp(1.0f / (sigma * sigma + 1.0f), 0.0f, 1.0f);
        return std::acos(std::sqrt(variance * first_)) / quarter_turn * (1.0f + offset) - offset;
    }

    float sigma(float timestep) const override {
        const float cosine = std::cos((timestep + offset) / (1.0f + offset) * quarter_turn);
        float variance = cosine * cosine / first_;
        if (shift_ != 1.0f) {
            const float log_snr = std::log(variance / (1.0f - variance)) + 2.0f * std::log(1.0f / shift_);
            variance = 1.0f / (1.0f + std::exp(-log_snr));
        }
        variance = std::clamp(variance, 0.0001f, 0.9999f);
        return std::sqrt((1.0f - variance) / variance);
    }

    double percent_to_sigma(double percent) const override {
        if (percent <= 0.0) return 999999999.9;
        if (percent >= 1.0) return 0.0;
        return sigma(static_cast<float>(1.0 - percent));
    }

private:
    static constexpr float offset = 8e-3f, quarter_turn = std::numbers::pi_v<float> * 0.5f;
    float first_ = std::pow(std::cos(offset / (1.0f + offset) * quarter_turn), 2.0f);
    float shift_;
    std::vector<float> table_;
};

}  // namespace

std::shared_ptr<const NoiseLevels> discrete_levels(const std::vector<double>& sigmas) {
    return std::make_shared<DiscreteLevels>(sigmas);
}

std::shared_ptr<const NoiseLevels> distilled_levels(const std::vector<double>& sigmas) {
    return std::make_shared<DistilledLevels>(sigmas);
}

std::shared_ptr<const NoiseLevels> cascade_levels(double shift) { return std::make_shared<CascadeLevels>(shift); }

std::vector<double> scaled_linear_sigmas(double first_beta, double last_beta, int timesteps) {
    const double first = std::sqrt(first_beta), last = std::sqrt(last_beta);
    std::vector<double> sigmas;
    double signal = 1.0;  // the running product of 1 - beta: the share of the picture's variance that is left
    for (int i = 0; i < timesteps; ++i) {
        const double root = first + (last - first) * i / (timesteps - 1);
        signal *= 1.0 - root * root;
        sigmas.push_back(std::sqrt((1.0 - signal) / signal));
    }
    return sigmas;
}

std::vector<double> zero_terminal_snr(std::vector<double> sigmas) {
    constexpr double last_signal = 4.8973451890853435e-08;  // as near to none as the network can tell
    const auto root_of = [](double sigma) { return std::sqrt(1.0 / (sigma * sigma + 1.0)); };
    const double first = root_of(sigmas.front()), last = root_of(sigmas.back());
    for (double& sigma : sigmas) {
        const double root = (root_of(sigma) - last) * first / (first - last);
        const double signal = &sigma == &sigmas.back() ? last_signal : root * root;
        sigma = std::sqrt((1.0 - signal) / signal);
    }
    return sigmas;
}

}  // namespace easel::inference
