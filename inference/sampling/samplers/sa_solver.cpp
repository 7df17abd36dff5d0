// SA-Solver (arXiv 2309.05019): stochastic Adams steps, a predictor of order 3 and a corrector of order 4, with noise
// in the middle of the schedule. Coefficients are solved for in float32 as the reference does: the systems are badly
// conditioned, and more precision would give other pictures.
#include "inference/sampling/samplers/steps.hpp"

#include <deque>

namespace easel::inference::samplers {
namespace {

constexpr int64_t predictor_order = 3, corrector_order = 4;

enum class Mode { pec, pece };  // pece evaluates the model once more, after the correction

// (1 + tau^2) times the integrals over s..t of exp((1 + tau^2) * (x - t)) * x^p for p below `order`, by parts.
Tensor exponential_integrals(float s, float t, int64_t order, float tau) {
    const float rate = 1 + tau * tau;
    const Tensor p = at::arange(static_cast<double>(order), at::kFloat);
    const Tensor boundary = at::pow(t, p) - at::pow(s, p) * std::exp(-rate * (t - s));
    const Tensor depth = p.unsqueeze(1) - p.unsqueeze(0);
    const Tensor log_factorial = (p + 1).lgamma();
    Tensor log_weight = log_factorial.unsqueeze(1) - log_factorial.unsqueeze(0);
    if (tau > 0) log_weight = log_weight - depth * std::log(rate);
    const Tensor sign = at::where(at::remainder(depth, 2) == 0, at::ones({}), -at::ones({}));
    return at::matmul((log_weight.exp() * sign).tril(), boundary);
}

// The weights of the pictures seen at `times` (half-logSNR, oldest first) in a step from s to t that ends at `sigma`.
Tensor adams_weights(const std::vector<float>& times, float s, float t, float sigma, float tau) {
    const auto order = static_cast<int64_t>(times.size());
    const Tensor nodes = at::tensor(times);
    const Tensor lagrange =
        at::linalg_solve(at::vander(nodes, order, /*increasing=*/true).t(), exponential_integrals(s, t, order, tau));
    return lagrange * (sigma * std::exp(t));
}

Tensor weighted_sum(const std::deque<Tensor>& pictures, int64_t count, const Tensor& weights) {
    const std::vector<Tensor> last(pictures.end() - count, pictures.end());
    return at::tensordot(at::stack(last, 1), weights.to(last.front().device()), {1}, {0});
}

Tensor solve(Tensor x, const SamplerRun& run, Mode mode) {
    if (run.steps() < 1) return x;
    const SnrTime time(run);
    const NoiseLevels& levels = *run.model.parameterization().levels;
    const auto noise = independent_noise(x, run.seed);
    const double noisy_from = levels.percent_to_sigma(0.2), noisy_to = levels.percent_to_sigma(0.8);
    const auto tau_at = [&](float sigma) { return noisy_from >= sigma && sigma >= noisy_to ? 1.0f : 0.0f; };
    const auto times = [&](int64_t last, int64_t count) {
        std::vector<float> result;
        for (int64_t k = last - count + 1; k <= last; ++k)
            result.push_back(time.of(run.sigma(k)));
        return result;
    };
    const bool lowers_order_at_end = run.sigmas.back() == 0.0f;

    std::deque<Tensor> pictures;  // oldest first
    Tensor predicted = x, step_noise;
    float tau = 0.0f, h = 0.0f;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        Tensor denoised = run.model(predicted, sigma);
        run.report(i, denoised);
        pictures.push_back(denoised);
        if (static_cast<int64_t>(pictures.size()) > std::max(predictor_order, corrector_order)) pictures.pop_front();

        const auto seen = static_cast<int64_t>(pictures.size());
        int64_t predictor = std::min(predictor_order, seen);
        int64_t corrector = i == 0 || (next == 0.0f && mode == Mode::pec) ? 0 : std::min(corrector_order, seen);
        if (lowers_order_at_end) {
            predictor = std::min(predictor, run.steps() - 1 - i);
            corrector = std::min(corrector, run.steps() - i);
        }

        if (corrector == 0) {
            x = predicted;
        } else {
            const float last = run.sigma(i - 1);
            const Tensor weights = adams_weights(times(i, corrector), time.of(last), time.of(sigma), sigma, tau);
            x = sigma / last * std::exp(-(tau * tau) * h) * x + weighted_sum(pictures, corrector, weights);
            if (tau > 0) x = x + step_noise;
            if (mode == Mode::pece) pictures.back() = denoised = run.model(x, sigma);
        }

        if (next == 0.0f) {
            predicted = denoised;
            continue;
        }
        tau = tau_at(next);
        h = time.of(next) - time.of(sigma);
        const Tensor weights = adams_weights(times(i, predictor), time.of(sigma), time.of(next), next, tau);
        predicted = next / sigma * std::exp(-(tau * tau) * h) * x + weighted_sum(pictures, predictor, weights);
        if (tau > 0) {
            step_noise = (*noise)(sigma, next) * next * std::sqrt(-std::expm1(-2 * (tau * tau) * h));
            predicted = predicted + step_noise;
        }
    }
    return predicted;
}

}  // namespace

Tensor sa_solver(Tensor x, const SamplerRun& run) { return solve(std::move(x), run, Mode::pec); }

Tensor sa_solver_pece(Tensor x, const SamplerRun& run) { return solve(std::move(x), run, Mode::pece); }

}  // namespace easel::inference::samplers
