#include "inference/audio/equalizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace easel::inference {
namespace {

// y[n] = b0 x[n] + b1 x[n - 1] + b2 x[n - 2] - a1 y[n - 1] - a2 y[n - 2]
struct Biquad {
    std::array<double, 3> b;
    std::array<double, 2> a;
};

Biquad designed(const BandGain& gain, double sample_rate) {
    const double turn = 2 * std::numbers::pi * gain.frequency / sample_rate;
    const double cosine = std::cos(turn), alpha = std::sin(turn) / 2 / gain.quality;
    const double amplitude = std::pow(10.0, gain.decibels / 40);
    std::array<double, 3> b{}, a{};
    if (gain.band == Band::peak) {
        b = {1 + alpha * amplitude, -2 * cosine, 1 - alpha * amplitude};
        a = {1 + alpha / amplitude, -2 * cosine, 1 - alpha / amplitude};
    } else {
        // The two shelves differ in the sign of the cosine.
        const double side = gain.band == Band::low_shelf ? 1 : -1;
        const double slope = 2 * std::sqrt(amplitude) * alpha;
        const double more = (amplitude + 1) * cosine * side, less = (amplitude - 1) * cosine * side;
        b = {amplitude * ((amplitude + 1) - less + slope), 2 * side * amplitude * ((amplitude - 1) - more),
             amplitude * ((amplitude + 1) - less - slope)};
        a = {(amplitude + 1) + less + slope, -2 * side * ((amplitude - 1) + more), (amplitude + 1) + less - slope};
    }
    return {.b = {b[0] / a[0], b[1] / a[0], b[2] / a[0]}, .a = {a[1] / a[0], a[2] / a[0]}};
}

}  // namespace

Tensor equalize(const Tensor& waveform, int64_t sample_rate, const BandGain& gain) {
    const Biquad filter = designed(gain, static_cast<double>(sample_rate));
    Tensor rows = waveform.reshape({-1, waveform.size(-1)}).to(at::kFloat).contiguous().clone();
    for (int64_t row = 0; row < rows.size(0); ++row) {
        auto* samples = rows[row].mutable_data_ptr<float>();
        double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
        for (int64_t i = 0; i < rows.size(1); ++i) {
            const double x = samples[i];
            const double y =
                filter.b[0] * x + filter.b[1] * x1 + filter.b[2] * x2 - filter.a[0] * y1 - filter.a[1] * y2;
            x2 = x1, x1 = x, y2 = y1, y1 = y;
            samples[i] = static_cast<float>(std::clamp(y, -1.0, 1.0));
        }
    }
    return rows.view(waveform.sizes());
}

}  // namespace easel::inference
