// DEIS (arXiv 2204.13902), tAB of order 3: the exponential integrator of the variance-preserving SDE, with the noise
// predictions interpolated by a polynomial in the SDE's time.
#include "inference/sampling/samplers/steps.hpp"

#include <deque>

namespace easel::inference::samplers {
namespace {

constexpr std::size_t most_slopes = 3;
constexpr int64_t integration_points = 10000;

// The linear-beta SDE whose noise spans sigma 0.002 at time 0.001 to sigma 80 at time 1.
struct VarianceSchedule {
    float beta_slope, beta_min;

    VarianceSchedule() {
        constexpr float epsilon = 1e-3f;
        const float low = std::log(0.002f * 0.002f + 1), high = std::log(80.0f * 80.0f + 1);
        beta_slope = 2 * (low / epsilon - high) / (epsilon - 1);
        beta_min = high - 0.5f * beta_slope;
    }

    float time(float sigma) const {
        const float root = std::sqrt(beta_min * beta_min + 2 * beta_slope * std::log(sigma * sigma + 1));
        return (root - beta_min) / beta_slope;
    }

    // d(log alpha)/dt over the noise that is left, at many times: what each noise prediction is weighted by. The
    // second end of beta is beta_slope + beta_min, and goes through that rounded sum as in the reference.
    Tensor density(const Tensor& times) const {
        const float beta_range = beta_slope + beta_min - beta_min;
        const Tensor alpha = at::exp(-0.5 * times.square() * beta_range - times * beta_min);
        const Tensor growth = -times * beta_range - beta_min;
        return -0.5 * growth / at::sqrt(alpha * (1 - alpha));
    }
};

// The weights of the last `order` slopes, newest first, for the step from sigma(i).
std::vector<float> weights(const SamplerRun& run, const VarianceSchedule& schedule, int64_t i, std::size_t order) {
    const auto time = [&](int64_t step) { return schedule.time(run.sigma(step)); };
    const float from = time(i), to = time(i + 1);
    const Tensor times = at::linspace(from, to, integration_points, at::kFloat);
    const Tensor density = schedule.density(times);
    std::vector<float> result;
    for (int64_t j = 0; j < static_cast<int64_t>(order); ++j) {
        Tensor polynomial = at::ones_like(times);
        for (int64_t k = 0; k < static_cast<int64_t>(order); ++k)
            if (k != j) polynomial = polynomial * (times - time(i - k)) / (time(i - j) - time(i - k));
        result.push_back((density * polynomial).sum().item<float>() * ((to - from) / integration_points));
    }
    return result;
}

}  // namespace

Tensor deis(Tensor x, const SamplerRun& run) {
    const VarianceSchedule schedule;
    std::deque<Tensor> slopes;  // newest first
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        slopes.push_front(derivative(x, sigma, denoised));
        if (slopes.size() > most_slopes) slopes.pop_back();
        if (slopes.size() == 1 || next <= 0.0f) {
            x = x + (next - sigma) * slopes.front();
            continue;
        }
        const std::vector<float> weight = weights(run, schedule, i, slopes.size());
        for (std::size_t k = 0; k < slopes.size(); ++k)
            x = x + weight[k] * slopes[k];
    }
    return x;
}

}  // namespace easel::inference::samplers
