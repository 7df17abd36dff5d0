// SEEDS (arXiv 2305.14267): stochastic exponential solvers with two or three stages, and the exponential Heun methods,
// which are the two-stage form with its second stage at the end of the step.
#include "inference/sampling/samplers/steps.hpp"

namespace easel::inference::samplers {
namespace {

enum class Noise { none, full };
enum class Weights { phi_1, phi_2 };  // how the second stage is weighed: as the midpoint, or to second order

// h * phi_1(h) and h * phi_2(h) of exponential integrators.
float h_phi_1(float h) { return std::expm1(h); }
float h_phi_2(float h) { return (std::expm1(h) - h) / h; }

// torch.lerp, which rounds according to the side that it starts from.
float lerp(float a, float b, float share) { return share < 0.5f ? a + share * (b - a) : b - (b - a) * (1 - share); }

// The noise that one step has gathered so far, of deviation relative to sigma: stages of one step see parts of one
// path.
class GatheredNoise {
public:
    GatheredNoise(Noise kind, StepNoise& source, float h) : kind_(kind), source_(source), h_(h) {}

    // Moves on by the share `from`..`to` of the step and returns x with the noise at level `sigma` added.
    Tensor add(const Tensor& x, float from, float to, float sigma_from, float sigma) {
        if (kind_ == Noise::none) return x;
        const float part = (from - to) * h_;
        const Tensor fresh = std::sqrt(-std::expm1(2 * part)) * source_(sigma_from, sigma);
        gathered_ = gathered_.defined() ? gathered_ * std::exp(part) + fresh : fresh;
        return x + gathered_ * sigma;
    }

private:
    Noise kind_;
    StepNoise& source_;
    float h_;
    Tensor gathered_;
};

Tensor two_stages(Tensor x, const SamplerRun& run, float r, Noise kind, Weights weights) {
    const SnrTime time(run);
    const auto noise = independent_noise(x, run.seed);
    const float eta = kind == Noise::full ? 1.0f : 0.0f;
    for (int64_t i = 0; i < run.steps(); ++i) {
        const float sigma = run.sigma(i), next = run.sigma(i + 1);
        const Tensor denoised = run.model(x, sigma);
        run.report(i, denoised);
        if (next == 0.0f) return denoised;
        const float lambda = time.of(sigma), lambda_next = time.of(next), h = lambda_next - lambda;
        const float h_eta = h * (eta + 1);
        const float lambda_1 = lerp(lambda, lambda_next, r), sigma_1 = time.sigma(lambda_1);
        GatheredNoise path(kind, *noise, h);

        Tensor stage = sigma_1 / sigma * std::exp(-r * h * eta) * x -
                       sigma_1 * std::exp(lambda_1) * h_phi_1(-r * h_eta) * denoised;
        stage = path.add(stage, 0.0f, r, sigma, sigma_1);
        const Tensor denoised_2 = run.model(stage, sigma_1);

        const float alpha = time.alpha(next);
        const Tensor carried = next / sigma * std::exp(-h * eta) * x;
        if (weights == Weights::phi_1) {
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

}  // namespace

Tensor seeds_2(Tensor x, const SamplerRun& run) {
    return two_stages(std::move(x), run, 0.5f, Noise::full, Weights::phi_1);
}

Tensor exp_heun_2_x0(Tensor x, const SamplerRun& run) {
    return two_stages(std::move(x), run, 1.0f, Noise::none, Weights::phi_2);
}

Tensor exp_heun_2_x0_sde(Tensor x, const SamplerRun& run) {
    return two_stages(std::move(x), run, 1.0f, Noise::full, Weights::phi_2);
}

Tensor seeds_3(Tensor x, const SamplerRun& run) {
    constexpr float r1 = 1.0f / 3, r2 = 2.0f / 3;
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
        GatheredNoise path(Noise::full, *noise, h);

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

}  // namespace easel::inference::samplers
