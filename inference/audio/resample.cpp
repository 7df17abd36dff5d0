#include "inference/audio/resample.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace easel::inference {

Tensor resample(const Tensor& waveform, int64_t from, int64_t to) {
    if (from == to) return waveform;
    constexpr double crossings = 6, rolloff = 0.99;
    const int64_t divisor = std::gcd(from, to);
    const int64_t step = from / divisor, phases = to / divisor;
    const double cutoff = static_cast<double>(std::min(step, phases)) * rolloff;
    const auto reach = static_cast<int64_t>(std::ceil(crossings * static_cast<double>(step) / cutoff));

    // One filter for each of `phases` positions between two samples: [phases, 1, taps].
    const auto options = waveform.options();
    const Tensor taps = at::arange(-reach, reach + step, options).view({1, 1, -1}) / double(step);
    Tensor time = at::arange(0, -phases, -1, options).view({-1, 1, 1}) / double(phases) + taps;
    time = (time * cutoff).clamp_(-crossings, crossings);
    const Tensor window = (time * std::numbers::pi / crossings / 2).cos().square();
    time = time * std::numbers::pi;
    const Tensor sinc = at::where(time == 0, at::ones_like(time), time.sin() / time);
    const Tensor filters = sinc * (window * (cutoff / static_cast<double>(step)));

    const int64_t length = waveform.size(-1);
    const Tensor padded = at::constant_pad_nd(waveform.reshape({-1, 1, length}), {reach, reach + step});
    const Tensor found = at::conv1d(padded, filters, {}, {step}).transpose(1, 2).flatten(1);
    const int64_t wanted = (phases * length + step - 1) / step;
    std::vector<int64_t> shape = waveform.sizes().vec();
    shape.back() = std::min(wanted, found.size(1));
    return found.slice(1, 0, wanted).reshape(shape);
}

}  // namespace easel::inference
