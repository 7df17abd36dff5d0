// SEEDS (arXiv 2305.14267): stochastic exponential solvers with two or three stages. The exponential Heun methods are
// the two-stage form with its second stage at the end of the step.
#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

// h * phi_1(h) and h * phi_2(h) of exponential integrators.
float h_phi_1(float h) { return std::expm1(h); }
float h_phi_2(float h) { return (std::expm1(h) - h) / h; }

// torch.lerp, which rounds according to the side that it starts from.
float lerp(float a, float b, float share) { return share < 0.5f ? a + share * (b - a) : b - (b - a) * (1 - share); }

// The noise that one step has gathered so far, of deviation relative to sigma: stages of one step see parts of one
// path.
class GatheredNoise {
public:
    // `h` is the step's length in half-logSNR, `s_noise` in the model's own scale.
    GatheredNoise(StepNoise& source, float h, float eta, float s_noise)
        : source_(source), h_eta_(h * eta), s_noise_(s_noise) {}

    // Moves on by the share `from`..`to` of the step and returns x with the noise at level `sigma` added.
    Tensor add(const Tensor& x, float from, float to, float sigma_from, float sigma) {
        if (h_eta_ == 0.0f || s_noise_ <= 0.0f) return x;
        const float part = (from - to) * h_eta_;
        const Tensor fresh = std::sqrt(-std::expm1(2 * part)) * source_(sigma_from, sigma);
        gathered_ = gathered_.defined() ? gathered_ * std::exp(part) + fresh : fresh;
        return x + gathered_ * sigma * s_noise_;
    }

private:
    StepNoise& source_;
    float h_eta_, s_noise_;
    Tensor gathered_;
};

Tensor two_stages(Tensor x, const SamplerRun& run, const Seeds2& options) {
    const SnrTime time(run);
    const auto noise = independent_noise(x, run.seed);
    const float eta = options.noise.eta, s_noise = deviation(run, options.noise.s_noise), r = options.r;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) return denoised;
        const float lambda = time.of(sigma), lambda_next = time.of(next), h = lambda_next - lambda;
        const float h_eta = h * (eta + 1);
        const float lambda_1 = lerp(lambda, lambda_next, r), sigma_1 = time.sigma(lambda_1);
        GatheredNoise path(*noise, h, eta, s_noise);

        Tensor stage = sigma_1 / sigma * std::exp(-r * h * eta) * x -
                       sigma_1 * std::exp(lambda_1) * h_phi_1(-r * h_eta) * denoised;
        stage = path.add(stage, 0.0f, r, sigma, sigma_1);
        const Tensor denoised_2 = run.model(stage, sigma_1);

        const float alpha = time.alpha(next);
        const Tensor carried = next / sigma * std::exp(-h * eta) * x;
        if (options.weights == Seeds2::Weights::phi_1) {
            const float share = 1 / (2 * r);
            x = carried - alpha * h_phi_1(-h_eta) * at::lerp(denoised, denoised_2, share);
        } else {
            const float b2 = h_phi_2(-h_eta) / r, b1 = h_phi_1(-h_eta) - b2;
            x = carried - alpha * (b1 * denoised + b2 * denoised_2);
        }
        x = path.add(x, r, 1.0f, sigma_1, next);
    }
    return x;
}

Tensor three_stages(Tensor x, const SamplerRun& run) {
    constexpr float r1 = 1.0f / 3, r2 = 2.0f / 3;
    const float s_noise = deviation(run, 1.0);
    const SnrTime time(run);
    const auto noise = independent_noise(x, run.seed);
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) return denoised;
        const float lambda = time.of(sigma), lambda_next = time.of(next), h = lambda_next - lambda, h_eta = h * 2;
        const float lambda_1 = lerp(lambda, lambda_next, r1), sigma_1 = time.sigma(lambda_1);
        const float lambda_2 = lerp(lambda, lambda_next, r2), sigma_2 = time.sigma(lambda_2);
        GatheredNoise path(*noise, h, 1.0f, s_noise);

        const Tensor stage_1 =
            sigma_1 / sigma * std::exp(-r1 * h) * x - sigma_1 * std::exp(lambda_1) * h_phi_1(-r1 * h_eta) * denoised;
        const Tensor denoised_2 = run.model(path.add(stage_1, 0.0f, r1, sigma, sigma_1), sigma_1);

        const float a2 = r2 / r1 * h_phi_2(-r2 * h_eta), a1 = h_phi_1(-r2 * h_eta) - a2;
        const Tensor stage_2 =
            sigma_2 / sigma * std::exp(-r2 * h) * x - sigma_2 * std::exp(lambda_2) * (a1 * denoised + a2 * denoised_2);
        const Tensor denoised_3 = run.model(path.add(stage_2, r1, r2, sigma_1, sigma_2), sigma_2);

        const float b3 = h_phi_2(-h_eta) / r2, b1 = h_phi_1(-h_eta) - b3;
        x = next / sigma * std::exp(-h) * x - time.alpha(next) * (b1 * denoised + b3 * denoised_3);
        x = path.add(x, r2, 1.0f, sigma_2, next);
    }
    return x;
}

}  // namespace

Tensor seeds_2(Tensor x, const SamplerRun& run, const Seeds2& options) {
    const Sigmas sigmas = finite_schedule(run);
    return two_stages(std::move(x), with_schedule(run, sigmas), options);
}

Tensor seeds_3(Tensor x, const SamplerRun& run) {
    const Sigmas sigmas = finite_schedule(run);
    return three_stages(std::move(x), with_schedule(run, sigmas));
}

}  // namespace easel::inference::samplers
