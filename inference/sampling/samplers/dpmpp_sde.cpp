// DPM-Solver++ for the reverse SDE (arXiv 2211.01095, appendix), with noise from one Brownian path.
#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

// The deviation, relative to sigma, of the noise that a step of length `h` in half-logSNR adds.
float noise_share(float h, float eta) { return std::sqrt(-std::expm1(-2 * h * eta)); }

Tensor two_stages(Tensor x, const SamplerRun& run, StepNoise& noise, const DpmppSde& options) {
    const SnrTime time(run);
    const float eta = options.noise.eta, s_noise = deviation(run, options.noise.s_noise), r = options.r;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) {
            x = denoised;
            continue;
        }
        // A step to a level on the way, then one over the whole way with what was seen there.
        const float lambda = time.of(sigma), lambda_next = time.of(next);
        const auto step_to = [&](float to_lambda, float alpha, float to, const Tensor& target) {
            const AncestralStep split = ancestral_step(float_math::exp(-lambda), float_math::exp(-to_lambda), eta);
            const float h = log_time(split.down) - lambda;
            const Tensor moved =
                alpha / time.alpha(sigma) * float_math::exp(-h) * x - alpha * float_math::expm1(-h) * target;
            if (eta <= 0.0f || s_noise <= 0.0f) return moved;
            return moved + alpha * noise(sigma, to) * s_noise * split.up;
        };
        const float lambda_middle = lambda + r * (lambda_next - lambda), middle = time.sigma(lambda_middle);
        const Tensor on_the_way = step_to(lambda_middle, middle * float_math::exp(lambda_middle), middle, denoised);
        const Tensor denoised_2 = run.model(on_the_way, middle);
        const float share = 1 / (2 * r);
        x = step_to(lambda_next, time.alpha(next), next, (1 - share) * denoised + share * denoised_2);
    }
    return x;
}

Tensor second_order_multistep(Tensor x, const SamplerRun& run, StepNoise& noise, const Dpmpp2mSde& options) {
    const SnrTime time(run);
    const float eta = options.noise.eta, s_noise = deviation(run, options.noise.s_noise);
    Tensor previous;
    float previous_h = 0.0f;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) {
            x = denoised;
            continue;
        }
        const float h = time.of(next) - time.of(sigma), h_eta = h * (eta + 1), alpha = time.alpha(next);
        x = next / sigma * std::exp(-h * eta) * x + alpha * -std::expm1(-h_eta) * denoised;
        if (previous.defined()) {
            const float inverse_r = 1 / (previous_h / h);
            const bool is_heun = options.correction == Dpmpp2mSde::Correction::heun;
            const float weight = is_heun ? -std::expm1(-h_eta) / -h_eta + 1 : 0.5f * -std::expm1(-h_eta);
            x = x + alpha * weight * inverse_r * (denoised - previous);
        }
        if (eta > 0.0f && s_noise > 0.0f) x = x + noise(sigma, next) * next * noise_share(h, eta) * s_noise;
        previous = denoised;
        previous_h = h;
    }
    return x;
}

Tensor third_order_multistep(Tensor x, const SamplerRun& run, StepNoise& noise, const Stochastic& options) {
    const SnrTime time(run);
    const float eta = options.eta, s_noise = deviation(run, options.s_noise);
    Tensor denoised_1, denoised_2;  // of one and two steps before
    float h_1 = 0.0f, h_2 = 0.0f;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) {
            x = denoised;
            continue;
        }
        const float h = time.of(next) - time.of(sigma), h_eta = h * (eta + 1), alpha = time.alpha(next);
        x = next / sigma * std::exp(-h * eta) * x + alpha * -std::expm1(-h_eta) * denoised;
        const float phi_2 = std::expm1(-h_eta) / h_eta + 1;
        if (denoised_2.defined()) {
            const float phi_3 = phi_2 / h_eta - 0.5f, r0 = h_1 / h, r1 = h_2 / h;
            const Tensor slope_0 = (denoised - denoised_1) / r0, slope_1 = (denoised_1 - denoised_2) / r1;
            const Tensor first = slope_0 + (slope_0 - slope_1) * r0 / (r0 + r1);
            const Tensor second = (slope_0 - slope_1) / (r0 + r1);
            x = x + alpha * phi_2 * first - alpha * phi_3 * second;
        } else if (denoised_1.defined()) {
            x = x + alpha * phi_2 * ((denoised - denoised_1) / (h_1 / h));
        }
        if (eta > 0.0f && s_noise > 0.0f) x = x + noise(sigma, next) * next * noise_share(h, eta) * s_noise;
        denoised_2 = denoised_1;
        denoised_1 = denoised;
        h_2 = h_1;
        h_1 = h;
    }
    return x;
}

// The path spans the schedule as it was given, the steps go where logSNR is finite.
template <class Options>
Tensor solve(Tensor x, const SamplerRun& run, const Options& options,
             Tensor (*steps)(Tensor, const SamplerRun&, StepNoise&, const Options&)) {
    if (run.steps() < 1) return x;
    const auto noise = brownian_noise(x, run.sigmas, run.seed);
    const Sigmas sigmas = finite_schedule(run);
    return steps(std::move(x), with_schedule(run, sigmas), *noise, options);
}

}  // namespace

Tensor dpmpp_sde(Tensor x, const SamplerRun& run, const DpmppSde& options) {
    return solve(std::move(x), run, options, two_stages);
}

Tensor dpmpp_2m_sde(Tensor x, const SamplerRun& run, const Dpmpp2mSde& options) {
    return solve(std::move(x), run, options, second_order_multistep);
}

Tensor dpmpp_3m_sde(Tensor x, const SamplerRun& run, const Stochastic& options) {
    return solve(std::move(x), run, options, third_order_multistep);
}

}  // namespace easel::inference::samplers
