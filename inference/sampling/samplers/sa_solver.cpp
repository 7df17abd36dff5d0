// SA-Solver (arXiv 2309.05019): stochastic Adams steps, a predictor and a corrector, with noise in a part of the
// schedule. Coefficients are solved for in float32 as the reference does: the systems are badly
// conditioned, and more precision would give other pictures.
#include "inference/sampling/samplers/steps.hpp"

#include <deque>

namespace easel::inference::samplers {
namespace {

enum class Stage { predictor, corrector };

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

// A step from s to t (half-logSNR) that ends at `sigma`.
struct Span {
    float s, t, sigma, tau;
};

// The paper's weights for two pictures (appendix D).
Tensor simple_weights(const std::vector<float>& times, const Span& step, Stage stage) {
    const auto [s, t, sigma, tau] = step;
    const float rate = 1 + tau * tau, h = t - s, alpha = sigma * std::exp(t);
    const float whole = alpha * -std::expm1(-h * rate);
    if (stage == Stage::corrector) {
        const float newest = alpha * (0.5f * rate * h);
        return at::tensor({whole - newest, newest});
    }
    const float older = alpha * (0.5f * rate * h * h) / (times[0] - s);
    return at::tensor({older, whole - older});
}

// The weights of the pictures seen at `times` (half-logSNR, oldest first) in a step.
Tensor adams_weights(const std::vector<float>& times, const Span& step) {
    const auto [s, t, sigma, tau] = step;
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

// 1 between a fifth and four fifths of the schedule.
std::function<double(float)> middle_of(const NoiseLevels& levels) {
    const double from = levels.percent_to_sigma(0.2), to = levels.percent_to_sigma(0.8);
    return [=](float sigma) { return from >= sigma && sigma >= to ? 1.0 : 0.0; };
}

Tensor solve(Tensor x, const SamplerRun& run, const SaSolver& options) {
    const SnrTime time(run);
    const float s_noise = deviation(run, options.s_noise);
    const auto tau_at = options.tau ? options.tau : middle_of(*run.model.parameterization().levels);
    const auto noise = independent_noise(x, run.seed);
    const auto times = [&](int64_t last, int64_t count) {
        std::vector<float> result;
        for (int64_t k = last - count + 1; k <= last; ++k)
            result.push_back(time.of(run.sigma(k)));
        return result;
    };
    const auto weights_of = [&](const std::vector<float>& seen_at, const Span& step, Stage stage) {
        if (options.simple_order_2 && seen_at.size() == 2) return simple_weights(seen_at, step, stage);
        return adams_weights(seen_at, step);
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
        if (static_cast<int64_t>(pictures.size()) > std::max(options.predictor_order, options.corrector_order))
            pictures.pop_front();

        const auto seen = static_cast<int64_t>(pictures.size());
        const bool ends_uncorrected = next == 0.0f && !options.evaluates_corrected;
        int64_t predictor = std::min(options.predictor_order, seen);
        int64_t corrector = i == 0 || ends_uncorrected ? 0 : std::min(options.corrector_order, seen);
        if (lowers_order_at_end) {
            predictor = std::min(predictor, run.steps() - 1 - i);
            corrector = std::min(corrector, run.steps() - i);
        }

        if (corrector == 0) {
            x = predicted;
        } else {
            const float last = run.sigma(i - 1);
            const Tensor weights =
                weights_of(times(i, corrector), {time.of(last), time.of(sigma), sigma, tau}, Stage::corrector);
            x = sigma / last * std::exp(-(tau * tau) * h) * x + weighted_sum(pictures, corrector, weights);
            if (tau > 0 && s_noise > 0) x = x + step_noise;
            if (options.evaluates_corrected) pictures.back() = denoised = run.model(x, sigma);
        }

        if (next == 0.0f) {
            predicted = denoised;
            continue;
        }
        tau = static_cast<float>(tau_at(next));
        h = time.of(next) - time.of(sigma);
        const Tensor weights =
            weights_of(times(i, predictor), {time.of(sigma), time.of(next), next, tau}, Stage::predictor);
        predicted = next / sigma * std::exp(-(tau * tau) * h) * x + weighted_sum(pictures, predictor, weights);
        if (tau > 0 && s_noise > 0) {
            step_noise = (*noise)(sigma, next) * next * std::sqrt(-std::expm1(-2 * (tau * tau) * h)) * s_noise;
            predicted = predicted + step_noise;
        }
    }
    return predicted;
}

}  // namespace

Tensor sa_solver(Tensor x, const SamplerRun& run, const SaSolver& options) {
    if (run.steps() < 1) return x;
    const Sigmas sigmas = finite_schedule(run);
    return solve(std::move(x), with_schedule(run, sigmas), options);
}

}  // namespace easel::inference::samplers
