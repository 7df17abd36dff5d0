#include "inference/sampling/flow_schedules.hpp"

#include "inference/sampling/sigma_operations.hpp"

#include <cmath>

namespace easel::inference {
namespace {

// Evenly falling shares of noise from 1 to 0, moved towards noise by exp(mu).
Tensor shifted_line(int64_t steps, double mu) {
    const Tensor shares = at::linspace(1.0, 0.0, steps + 1, at::kFloat);
    const double factor = std::exp(mu);
    return factor / (factor + (1.0 / shares - 1.0));
}

// FLUX.2's fit of the shift to the length of the sequence and the number of steps: known at 10 and at 200 steps, linear
// between, and for long sequences that of 200 steps.
double flux2_shift(double tokens, double steps) {
    constexpr double long_sequence = 4300.0;
    const double at_10 = 8.73809524e-05 * tokens + 1.89833333, at_200 = 0.00016927 * tokens + 0.45666666;
    if (tokens > long_sequence) return at_200;
    const double slope = (at_200 - at_10) / 190.0;
    return slope * steps + (at_200 - 200.0 * slope);
}

}  // namespace

double shift_for_tokens(double tokens, double base, double most, double base_tokens, double most_tokens) {
    const double slope = (most - base) / (most_tokens - base_tokens);
    return tokens * slope + (base - slope * base_tokens);
}

int64_t cells(const Tensor& latent) { return latent.numel() / (latent.size(0) * latent.size(1)); }

Sigmas ltxv_schedule(const LtxvSchedule& settings) {
    const double shift = shift_for_tokens(settings.tokens, settings.base_shift, settings.max_shift, 1024.0, 4096.0);
    Sigmas sigmas = to_sigmas(shifted_line(settings.steps, shift));
    if (!settings.stretch) return sigmas;
    const std::size_t last = sigmas.size() - 2;  // the last above zero
    const float scale = (1.0f - sigmas[last]) / static_cast<float>(1.0 - settings.terminal);
    for (std::size_t i = 0; i <= last; ++i)
        sigmas[i] = 1.0f - (1.0f - sigmas[i]) / scale;
    return sigmas;
}

Sigmas flux2_schedule(int64_t steps, int64_t width, int64_t height) {
    const double tokens = std::nearbyint(static_cast<double>(width * height) / 256.0);
    return to_sigmas(shifted_line(steps, flux2_shift(tokens, static_cast<double>(steps))));
}

Sigmas ideogram4_schedule(int64_t steps, int64_t width, int64_t height, double mu, double std) {
    constexpr double log_snr_min = -15.0, log_snr_max = 18.0, trained_pixels = 512.0 * 512.0;
    const double mean = mu + 0.5 * std::log(static_cast<double>(width * height) / trained_pixels);
    const Tensor quantiles = at::special_ndtri(at::linspace(0.0, 1.0, steps + 1, at::kDouble));
    const Tensor picture =
        (1.0 - at::sigmoid(mean + std * quantiles))
            .clamp(1.0 / (1.0 + std::exp(0.5 * log_snr_max)), 1.0 / (1.0 + std::exp(0.5 * log_snr_min)));
    Sigmas sigmas = to_sigmas((1.0 - picture).flip(0));
    sigmas.back() = 0.0f;
    return sigmas;
}

}  // namespace easel::inference
