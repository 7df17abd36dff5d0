#include "inference/sampling/schedulers.hpp"

#include "base/error.hpp"
#include "inference/sampling/sample.hpp"
#include "inference/sampling/sigma_operations.hpp"

#include <boost/math/distributions/beta.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace easel::inference {
namespace {

bool is_nearly_zero(float sigma) { return std::abs(sigma) <= 1e-5f; }

Tensor line(double from, double to, int64_t points) { return at::linspace(from, to, points, at::kFloat); }

void check_above_zero(double sigma_min, double sigma_max) {
    if (sigma_min <= 0.0 || sigma_max <= 0.0)
        throw UserError("sigma_min and sigma_max must be above 0 for an exponential schedule");
}

Sigmas with_final_zero(Sigmas sigmas) {
    sigmas.push_back(0.0f);
    return sigmas;
}

// Every steps-th level of the training table, from its end.
Sigmas simple(const NoiseLevels& levels, int64_t steps) {
    const auto& table = levels.table();
    const double stride = static_cast<double>(table.size()) / static_cast<double>(steps);
    Sigmas sigmas;
    for (int64_t i = 0; i < steps; ++i)
        sigmas.push_back(table[table.size() - 1 - static_cast<std::size_t>(static_cast<double>(i) * stride)]);
    return with_final_zero(sigmas);
}

// Whole strides of the table from its second level on.
Sigmas ddim_uniform(const NoiseLevels& levels, int64_t steps) {
    const auto& table = levels.table();
    Sigmas rising;
    if (is_nearly_zero(table[1]))
        ++steps;
    else
        rising.push_back(0.0f);
    const std::size_t stride = std::max<std::size_t>(table.size() / static_cast<std::size_t>(steps), 1);
    for (std::size_t i = 1; i < table.size(); i += stride)
        rising.push_back(table[i]);
    return Sigmas(rising.rbegin(), rising.rend());
}

// Even steps in the network's own time.
Sigmas normal(const NoiseLevels& levels, int64_t steps) {
    const float first = levels.timestep(levels.sigma_max()), last = levels.timestep(levels.sigma_min());
    const bool ends_at_zero = is_nearly_zero(levels.sigma(last));
    Sigmas sigmas = to_sigmas(line(first, last, ends_at_zero ? steps + 1 : steps));
    for (float& value : sigmas)
        value = levels.sigma(value);
    return ends_at_zero ? sigmas : with_final_zero(sigmas);
}

// The same without the last training level: the final step goes from one stride above it to zero.
Sigmas sgm_uniform(const NoiseLevels& levels, int64_t steps) {
    const float first = levels.timestep(levels.sigma_max()), last = levels.timestep(levels.sigma_min());
    Sigmas sigmas = to_sigmas(line(first, last, steps + 1));
    sigmas.pop_back();
    for (float& value : sigmas)
        value = levels.sigma(value);
    return with_final_zero(sigmas);
}

Sigmas karras(const NoiseLevels& levels, int64_t steps) {
    return karras_schedule(steps, levels.sigma_min(), levels.sigma_max(), 7.0);
}

Sigmas exponential(const NoiseLevels& levels, int64_t steps) {
    return exponential_schedule(steps, levels.sigma_min(), levels.sigma_max());
}

Sigmas beta(const NoiseLevels& levels, int64_t steps) { return beta_schedule(levels, steps, 0.6, 0.6); }

// Mochi's: small even steps for the first half, then a parabola that meets the line with the same slope.
Sigmas linear_quadratic(const NoiseLevels& levels, int64_t steps) {
    if (steps == 1) return {levels.sigma_max(), 0.0f};
    constexpr double threshold = 0.025;  // the share of the noise that the first half removes
    const auto total = static_cast<double>(steps);
    const auto linear = static_cast<double>(steps / 2);
    const double rest = total - linear;
    const double excess = linear - threshold * total;
    const double square = excess / (linear * rest * rest);
    const double slope = threshold / linear - 2.0 * excess / (rest * rest);
    Sigmas sigmas;
    for (int64_t i = 0; i < steps; ++i) {
        const auto step = static_cast<double>(i);
        const double removed =
            step < linear ? step * threshold / linear : square * step * step + slope * step + square * linear * linear;
        sigmas.push_back(static_cast<float>(1.0 - removed) * levels.sigma_max());
    }
    return with_final_zero(sigmas);
}

// "Align Your Steps": even steps in the arc tangent of sigma.
Sigmas kl_optimal(const NoiseLevels& levels, int64_t steps) {
    const Tensor ramp = at::arange(steps, at::kFloat) / static_cast<double>(std::max<int64_t>(steps - 1, 1));
    const double low = std::atan(static_cast<double>(levels.sigma_min()));
    const double high = std::atan(static_cast<double>(levels.sigma_max()));
    return with_final_zero(to_sigmas((ramp * low + (1.0 - ramp) * high).tan()));
}

using Scheduler = Sigmas (*)(const NoiseLevels&, int64_t);

// In the order of the reference's list.
const std::vector<std::pair<std::string, Scheduler>> schedulers{
    {"simple", simple},           {"sgm_uniform", sgm_uniform},           {"karras", karras},
    {"exponential", exponential}, {"ddim_uniform", ddim_uniform},         {"beta", beta},
    {"normal", normal},           {"linear_quadratic", linear_quadratic}, {"kl_optimal", kl_optimal},
};

}  // namespace

const std::vector<std::string>& scheduler_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> list;
        for (const auto& [name, function] : schedulers)
            list.push_back(name);
        return list;
    }();
    return names;
}

Sigmas schedule(const std::string& scheduler, const NoiseLevels& levels, int64_t steps) {
    for (const auto& [name, function] : schedulers)
        if (name == scheduler) return function(levels, steps);
    throw UserError("there is no scheduler '" + scheduler + "' (the list of KSampler's scheduler input has them all)");
}

Sigmas schedule_end(const std::string& scheduler, const NoiseLevels& levels, int64_t steps, double denoise) {
    if (denoise <= 0.0) return {};
    const auto total = denoise < 1.0 ? static_cast<int64_t>(static_cast<double>(steps) / denoise) : steps;
    const Sigmas sigmas = schedule(scheduler, levels, total);
    const auto kept = std::min(sigmas.size(), static_cast<std::size_t>(steps) + 1);
    return Sigmas(sigmas.end() - static_cast<std::ptrdiff_t>(kept), sigmas.end());
}

Sigmas karras_schedule(int64_t steps, double sigma_min, double sigma_max, double rho) {
    if (rho == 0.0) throw UserError("rho of Karras' schedule must not be 0");
    const double low = std::pow(sigma_min, 1.0 / rho), high = std::pow(sigma_max, 1.0 / rho);
    return with_final_zero(to_sigmas((line(0.0, 1.0, steps) * (low - high) + high).pow(rho)));
}

Sigmas exponential_schedule(int64_t steps, double sigma_min, double sigma_max) {
    check_above_zero(sigma_min, sigma_max);
    return with_final_zero(to_sigmas(line(std::log(sigma_max), std::log(sigma_min), steps).exp()));
}

Sigmas polyexponential_schedule(int64_t steps, double sigma_min, double sigma_max, double rho) {
    check_above_zero(sigma_min, sigma_max);
    const double low = std::log(sigma_min), high = std::log(sigma_max);
    return with_final_zero(to_sigmas((line(1.0, 0.0, steps).pow(rho) * (high - low) + low).exp()));
}

Sigmas laplace_schedule(int64_t steps, double sigma_min, double sigma_max, double mu, double beta) {
    constexpr double epsilon = 1e-5;  // keeps the logarithm finite
    const Tensor side = 0.5 - line(0.0, 1.0, steps);
    const Tensor log_sigma = mu - beta * side.sign() * at::log(1.0 - 2.0 * side.abs() + epsilon);
    return to_sigmas(log_sigma.exp().clamp(sigma_min, sigma_max));
}

Sigmas vp_schedule(int64_t steps, double beta_d, double beta_min, double eps) {
    const Tensor t = line(1.0, eps, steps);
    return with_final_zero(to_sigmas(at::expm1(beta_d * t.square() / 2.0 + beta_min * t).sqrt()));
}

// Steps that fall together are taken once.
Sigmas beta_schedule(const NoiseLevels& levels, int64_t steps, double alpha, double beta) {
    if (alpha <= 0.0 || beta <= 0.0) throw UserError("alpha and beta of a beta distribution must be above 0");
    const boost::math::beta_distribution<double> distribution(alpha, beta);
    const auto& table = levels.table();
    Sigmas sigmas;
    double previous = -1.0;
    for (int64_t i = 0; i < steps; ++i) {
        const double share = 1.0 - static_cast<double>(i) / static_cast<double>(steps);
        const double index =
            std::rint(boost::math::quantile(distribution, share) * static_cast<double>(table.size() - 1));
        if (index != previous) sigmas.push_back(table[static_cast<std::size_t>(index)]);
        previous = index;
    }
    return with_final_zero(sigmas);
}

Sigmas sd_turbo_schedule(const NoiseLevels& levels, int64_t steps, double denoise) {
    constexpr int64_t count = 10, stride = 100;
    const int64_t first = count - static_cast<int64_t>(static_cast<double>(count) * denoise);
    Sigmas sigmas;
    for (int64_t i = first; i < std::min(first + steps, count); ++i)
        sigmas.push_back(levels.sigma(static_cast<float>((count - i) * stride - 1)));
    return with_final_zero(sigmas);
}

}  // namespace easel::inference
