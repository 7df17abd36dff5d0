// ER-SDE-Solver-3 for variance-preserving models (arXiv 2309.06169).
#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

constexpr int64_t stage_points = 200;

// psi(lambda), which sets how much noise the reverse process takes: the paper's ER-SDE 5, the usual reverse SDE, or
// none, with the part above lambda itself to the power of eta.
Tensor noise_scale(const Tensor& lambda, const ErSde& options) {
    switch (options.solver) {
    case ErSde::Solver::er_sde:
        return lambda * (lambda.pow(0.3).exp() + 10.0).pow(options.noise.eta);
    case ErSde::Solver::reverse_time_sde:
        return lambda.pow(options.noise.eta + 1.0f);
    case ErSde::Solver::ode:
        break;
    }
    return lambda;
}

float noise_scale(float lambda, const ErSde& options) {
    return noise_scale(at::scalar_tensor(lambda, at::kFloat), options).item<float>();
}

Tensor solve(Tensor x, const SamplerRun& run, const ErSde& options) {
    const SnrTime time(run);
    const float s_noise = deviation(run, options.noise.s_noise);
    const auto noise = independent_noise(x, run.seed);
    const auto noise_to_signal = [&](int64_t step) { return std::exp(-time.of(run.sigma(step))); };
    const Tensor points = at::arange(static_cast<double>(stage_points), at::kFloat);
    Tensor previous, previous_slope;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) return denoised;
        const float lambda = noise_to_signal(i), lambda_next = noise_to_signal(i + 1);
        const float alpha = sigma / lambda, alpha_next = next / lambda_next;
        const float r = noise_scale(lambda_next, options) / noise_scale(lambda, options);

        x = alpha_next / alpha * r * x + alpha_next * (1 - r) * denoised;
        if (options.max_stage >= 2 && previous.defined()) {
            const float dt = lambda_next - lambda, width = -dt / static_cast<float>(stage_points);
            const Tensor at_points = lambda_next + points * width;
            const Tensor scaled = noise_scale(at_points, options);
            const float s = (1 / scaled).sum().item<float>() * width;
            const Tensor slope = (denoised - previous) / (lambda - noise_to_signal(i - 1));
            x = x + alpha_next * (dt + s * noise_scale(lambda_next, options)) * slope;
            if (options.max_stage >= 3 && previous_slope.defined()) {
                const float s_u = ((at_points - lambda) / scaled).sum().item<float>() * width;
                const Tensor curvature = (slope - previous_slope) / ((lambda - noise_to_signal(i - 2)) / 2);
                x = x + alpha_next * (dt * dt / 2 + s_u * noise_scale(lambda_next, options)) * curvature;
            }
            previous_slope = slope;
        }
        const float variance = lambda_next * lambda_next - lambda * lambda * (r * r);
        if (s_noise > 0.0f)
            x = x + alpha_next * (*noise)(sigma, next) * s_noise * (variance > 0.0f ? std::sqrt(variance) : 0.0f);
        previous = denoised;
    }
    return x;
}

}  // namespace

Tensor er_sde(Tensor x, const SamplerRun& run, const ErSde& options) {
    const Sigmas sigmas = finite_schedule(run);
    return solve(std::move(x), with_schedule(run, sigmas), options);
}

}  // namespace easel::inference::samplers
