#include "inference/audio/music/chroma.hpp"
#include "inference/audio/music/decibels.hpp"

#include <algorithm>
#include <vector>

namespace easel::inference::music {
namespace {

constexpr double steps_an_octave = 36;

// Peaks of the spectrum between 150 and 4000 Hz, refined by a parabola through their neighbours.
struct Pitches {
    std::vector<float> hertz, strength;
};

Pitches pitches(const Tensor& samples, int64_t sample_rate) {
    const Tensor window = at::hann_window(window_size, /*periodic=*/true, at::kDouble);
    const Tensor seen =
        at::fft_rfft((pieces(samples, window_size, hop) * window).to(at::kFloat)).abs();  // [frames, frequencies]
    const int64_t last = seen.size(1) - 1;
    const Tensor here = seen.slice(1, 1, last), before = seen.slice(1, 0, last - 1), after = seen.slice(1, 2);
    const Tensor bend = after + before - here * 2, slope = (after - before) / 2;
    const Tensor shift = at::where(slope.abs().lt(bend.abs()), -slope / bend, at::zeros_like(slope));

    const Tensor loud = seen * seen.gt(seen.amax(1, true) * 0.1f);
    const Tensor centre = loud.slice(1, 1, last);
    const Tensor frequency = at::arange(1, last, at::kDouble) * double(sample_rate) / double(window_size);
    const double highest = std::min(4000.0, double(sample_rate) / 2);
    const Tensor picked = centre.gt(loud.slice(1, 0, last - 1)) & centre.ge(loud.slice(1, 2)) &
                          frequency.ge(150.0).logical_and(frequency.lt(highest));
    const Tensor hertz =
        (shift.to(at::kDouble) + at::arange(1, last, at::kDouble)) * double(sample_rate) / double(window_size);
    const auto list = [&](const Tensor& values) {
        const Tensor flat = values.to(at::kFloat).masked_select(picked).contiguous();
        return std::vector<float>(flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel());
    };
    return {.hertz = list(hertz), .strength = list(here + slope * 0.5f * shift)};
}

float middle_of(std::vector<float> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

double tuning(const Tensor& samples, int64_t sample_rate) {
    constexpr int64_t bins = 100;
    if (samples.size(0) < window_size) return 0.0;
    const Pitches found = pitches(samples, sample_rate);
    if (found.hertz.empty()) return 0.0;
    const float least = middle_of(found.strength);
    std::vector<float> strong;
    for (std::size_t i = 0; i < found.hertz.size(); ++i)
        if (found.strength[i] >= least && found.hertz[i] > 0) strong.push_back(found.hertz[i]);
    if (strong.empty()) return 0.0;
    Tensor off = ((at::tensor(strong) / (440.0 / 16.0)).log2() * steps_an_octave).remainder(1.0);
    off = at::where(off.ge(0.5), off - 1.0, off).to(at::kDouble);
    // Which of a hundred equal ranges holds most, the first of those that are equal.
    const Tensor edges = at::linspace(-0.5, 0.5, bins + 1, at::kDouble);
    const Tensor place = (at::searchsorted(edges, off, /*out_int32=*/false, /*right=*/true) - 1).clamp(0, bins - 1);
    const Tensor counts = at::bincount(place, {}, bins).contiguous();
    const auto* count = counts.const_data_ptr<int64_t>();
    return edges[std::max_element(count, count + bins) - count].item<double>();
}

}  // namespace easel::inference::music
