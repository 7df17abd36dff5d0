// Linear multistep methods: the slopes of the last steps together give a step of higher order at one model call.
#include "inference/sampling/samplers/steps.hpp"

#include <boost/math/quadrature/gauss.hpp>

#include <deque>

namespace easel::inference::samplers {
namespace {

// What the solvers below differ in: the weights of the slopes, newest first, for the step from sigma(i).
using Weights = std::vector<float> (*)(const SamplerRun& run, int64_t i, std::size_t order);

Tensor solve(Tensor x, const SamplerRun& run, int64_t most_slopes, Weights weights) {
    std::deque<Tensor> slopes;  // newest first
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        slopes.push_front(derivative(x, sigma, denoised));
        if (static_cast<int64_t>(slopes.size()) > most_slopes) slopes.pop_back();
        if (run.sigma(i + 1) == 0.0f) {
            x = denoised;
            continue;
        }
        const std::vector<float> weight = weights(run, i, slopes.size());
        Tensor sum = weight[0] * slopes[0];
        for (std::size_t k = 1; k < slopes.size(); ++k)
            sum = sum + weight[k] * slopes[k];
        x = x + sum;
    }
    return x;
}

// The integral over the step of the Lagrange polynomial that is 1 at sigma(i - j) and 0 at the other nodes.
float lagrange_integral(const SamplerRun& run, int64_t i, int64_t order, int64_t j) {
    const auto polynomial = [&](double at) {
        double product = 1.0;
        for (int64_t k = 0; k < order; ++k)
            if (k != j) product *= (at - run.sigma(i - k)) / (static_cast<double>(run.sigma(i - j)) - run.sigma(i - k));
        return product;
    };
    const double from = run.sigma(i), to = run.sigma(i + 1);
    return static_cast<float>(boost::math::quadrature::gauss<double, 30>::integrate(polynomial, from, to));
}

std::vector<float> exact_weights(const SamplerRun& run, int64_t i, std::size_t order) {
    std::vector<float> weights;
    for (int64_t j = 0; j < static_cast<int64_t>(order); ++j)
        weights.push_back(lagrange_integral(run, i, static_cast<int64_t>(order), j));
    return weights;
}

// Adams-Bashforth for even steps, whatever the steps are (iPNDM, arXiv 2204.13902).
std::vector<float> even_weights(const SamplerRun& run, int64_t i, std::size_t order) {
    static const std::vector<std::vector<float>> adams_bashforth{{1.0f},
                                                                 {3.0f / 2, -1.0f / 2},
                                                                 {23.0f / 12, -16.0f / 12, 5.0f / 12},
                                                                 {55.0f / 24, -59.0f / 24, 37.0f / 24, -9.0f / 24}};
    std::vector<float> weights = adams_bashforth[order - 1];
    for (float& weight : weights)
        weight *= run.sigma(i + 1) - run.sigma(i);
    return weights;
}

// Adams-Bashforth for uneven steps as the reference has it: `second` and `third` correct the order-2 weights by
// divided differences. In `second` the reference subtracts after multiplying, which the exact formula does not; equal
// pictures need the same.
std::vector<float> uneven_weights(const SamplerRun& run, int64_t i, std::size_t order) {
    const auto step = [&](int64_t back) { return run.sigma(i + 1 - back) - run.sigma(i - back); };
    const float h = step(0);
    if (order == 1) return {h};

    const float h1 = step(1), ratio = h / h1;
    std::vector<float> weights{(2 + ratio) / 2, -ratio / 2};
    if (order >= 3) {
        const float h2 = step(2), back = h1 / h2;
        const float second = (1 - h / (3 * (h + h1)) * (h * (h + h1)) / (h1 * (h1 + h2))) / 2;
        weights[0] += second;
        weights[1] -= (1 + back) * second;
        weights.push_back(second * back);
        if (order >= 4) {
            const float h3 = step(3);
            const float third = ((1 - h / (3 * (h + h1))) / 2 + (1 - h / (2 * (h + h1))) * h / (6 * (h + h1 + h2))) *
                                (h * (h + h1) * (h + h1 + h2)) / (h1 * (h1 + h2) * (h1 + h2 + h3));
            const float chain = h1 * (h1 + h2) / (h2 * (h2 + h3));
            weights[0] += third;
            weights[1] -= (1 + back + chain) * third;
            weights[2] += (back + chain * (1 + h2 / h3)) * third;
            weights.push_back(-third * chain * h1 / h2);
        }
    }
    for (float& weight : weights)
        weight *= h;
    return weights;
}

}  // namespace

Tensor lms(Tensor x, const SamplerRun& run, const Lms& options) {
    return solve(std::move(x), run, options.order, exact_weights);
}

Tensor ipndm(Tensor x, const SamplerRun& run) { return solve(std::move(x), run, 4, even_weights); }

Tensor ipndm_v(Tensor x, const SamplerRun& run) { return solve(std::move(x), run, 4, uneven_weights); }

}  // namespace easel::inference::samplers
