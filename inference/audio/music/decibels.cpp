#include "inference/audio/music/decibels.hpp"

#include <cmath>
#include <numbers>

namespace easel::inference::music {
namespace {

constexpr int64_t bands = 128;

// Slaney's scale: linear below 1000 Hz, logarithmic above.
constexpr double hertz_per_mel = 200.0 / 3.0, bend_hertz = 1000.0, bend_mel = bend_hertz / hertz_per_mel;

Tensor hertz(const Tensor& mel) {
    const double step = std::log(6.4) / 27.0;
    return at::where(mel.ge(bend_mel), ((mel - bend_mel) * step).exp() * bend_hertz, mel * hertz_per_mel);
}

// Triangles of equal area: [bands, frequencies]. Their corners are taken in float64, unlike those that networks hear
// by.
Tensor triangles(int64_t sample_rate) {
    const double highest = static_cast<double>(sample_rate) / 2;
    const double top = highest < bend_hertz ? highest / hertz_per_mel
                                            : bend_mel + std::log(highest / bend_hertz) / (std::log(6.4) / 27.0);
    const Tensor corners = hertz(at::linspace(0.0, top, bands + 2, at::kDouble)).unsqueeze(1);
    const Tensor frequencies = at::arange(window_size / 2 + 1, at::kDouble) * double(sample_rate) / double(window_size);
    const Tensor distance = corners - frequencies;
    const Tensor widths = corners.slice(0, 1) - corners.slice(0, 0, -1);
    const Tensor rising = -distance.slice(0, 0, bands) / widths.slice(0, 0, bands);
    const Tensor falling = distance.slice(0, 2) / widths.slice(0, 1);
    const Tensor height = 2.0 / (corners.slice(0, 2) - corners.slice(0, 0, bands));
    return (at::minimum(rising, falling).clamp_min(0.0).to(at::kFloat) * height).to(at::kFloat);
}

}  // namespace

Tensor pieces(const Tensor& samples, int64_t size, int64_t step) {
    return at::constant_pad_nd(samples, {size / 2, size / 2}).unfold(0, size, step);
}

Tensor mel_power(const Tensor& samples, int64_t sample_rate) {
    const Tensor window = at::hann_window(window_size, /*periodic=*/true, at::kDouble);
    const Tensor seen = at::fft_rfft(pieces(samples, window_size, hop) * window).to(at::kComplexFloat);
    return at::matmul(triangles(sample_rate), seen.abs().square().t());
}

Tensor decibels(const Tensor& power) { return power.clamp_min(1e-10).log10() * 10.0; }

Tensor onsets(const Tensor& mel_decibels) {
    const int64_t frames = mel_decibels.size(1);
    const Tensor rise = (mel_decibels.slice(1, 1) - mel_decibels.slice(1, 0, -1)).clamp_min(0.0).mean(0);
    // A rise belongs to the later frame, and half a window later.
    return at::constant_pad_nd(rise, {1 + window_size / (2 * hop), 0}).slice(0, 0, frames);
}

Tensor cepstrum(const Tensor& mel_decibels) {
    constexpr int64_t kept = 20;
    const int64_t count = mel_decibels.size(0);
    const Tensor order = at::arange(kept, at::kDouble).unsqueeze(1);
    const Tensor place = at::arange(count, at::kDouble) * 2.0 + 1.0;
    Tensor cosines =
        (order * place * (std::numbers::pi / (2.0 * double(count)))).cos() * std::sqrt(2.0 / double(count));
    cosines.select(0, 0).mul_(std::sqrt(0.5));
    return at::matmul(cosines, mel_decibels.to(at::kDouble)).t().to(at::kFloat);
}

}  // namespace easel::inference::music
