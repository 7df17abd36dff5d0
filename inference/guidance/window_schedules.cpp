// Where context windows are at a step, and how much each of their frames counts.
#include "base/error.hpp"
#include "inference/guidance/context_windows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace easel::inference {
namespace {

using Window = std::vector<int64_t>;

Window range(int64_t begin, int64_t end, int64_t step = 1) {
    Window frames;
    for (int64_t frame = begin; frame < end; frame += step)
        frames.push_back(frame);
    return frames;
}

// The step's bits reversed behind the point: 0, 1/2, 1/4, 3/4, ..., so that the steps' windows spread evenly.
double halving(int64_t step) {
    double result = 0.0, place = 0.5;
    for (; step > 0; step /= 2, place /= 2.0)
        if (step % 2 != 0) result += place;
    return result;
}

// Windows of all strides, from a place that moves with the step, around the end.
std::vector<Window> looped(const ContextWindows& windows, int64_t frames, int64_t step, int64_t past_end) {
    const auto fit = static_cast<double>(frames) / static_cast<double>(windows.length);
    const int64_t strides = std::min(windows.stride, static_cast<int64_t>(std::ceil(std::log2(fit))) + 1);
    const auto offset = static_cast<int64_t>(std::nearbyint(static_cast<double>(frames) * halving(step)));
    std::vector<Window> result;
    for (int64_t k = 0; k < strides; ++k) {
        const int64_t stride = int64_t{1} << k;
        const int64_t span = windows.length * stride;
        const auto first = static_cast<int64_t>(halving(step) * static_cast<double>(stride)) + offset;
        for (const int64_t start : range(first, frames + offset + past_end, span - windows.overlap)) {
            result.push_back(range(start, start + span, stride));
            for (int64_t& frame : result.back())
                frame %= frames;
        }
    }
    return result;
}

// The same without a window that goes around the end: it moves back to the end, and what it had of the start gets a
// window of its own. Windows that come twice are left out.
std::vector<Window> straight(const ContextWindows& windows, int64_t frames, int64_t step) {
    std::vector<Window> all = looped(windows, frames, step, -windows.overlap);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto fall = std::is_sorted_until(all[i].begin(), all[i].end());
        if (fall == all[i].end()) continue;
        const int64_t after_fall = *fall, first = all[i].front();
        for (int64_t& frame : all[i])
            frame = (frame - first + frames) % frames;
        const int64_t shift = frames - all[i].back() - 1;
        for (int64_t& frame : all[i])
            frame += shift;
        const Window& next = all[(i + 1) % all.size()];
        if (std::ranges::find(next, after_fall) == next.end())
            all.insert(all.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                       range(after_fall, after_fall + windows.length));
    }
    std::vector<Window> unique;
    for (Window& window : all)
        if (std::ranges::find(unique, window) == unique.end()) unique.push_back(std::move(window));
    return unique;
}

std::vector<Window> fixed(const ContextWindows& windows, int64_t frames) {
    std::vector<Window> result;
    for (const int64_t start : range(0, frames, windows.length - windows.overlap)) {
        if (start + windows.length >= frames) {
            result.push_back(range(frames - windows.length, frames));
            break;
        }
        result.push_back(range(start, start + windows.length));
    }
    return result;
}

std::vector<Window> side_by_side(const ContextWindows& windows, int64_t frames) {
    std::vector<Window> result;
    for (const int64_t start : range(0, frames, windows.length))
        result.push_back(range(start, std::min(start + windows.length, frames)));
    return result;
}

}  // namespace

std::vector<std::vector<int64_t>> window_frames(const ContextWindows& windows, int64_t frames, int64_t step) {
    if (frames <= windows.length) return {range(0, frames)};
    if (windows.schedule == "standard_static") return fixed(windows, frames);
    if (windows.schedule == "standard_uniform") return straight(windows, frames, step);
    if (windows.schedule == "looped_uniform")
        return looped(windows, frames, step, windows.closed_loop ? 0 : -windows.overlap);
    if (windows.schedule == "batched") return side_by_side(windows, frames);
    throw UserError("there is no schedule of context windows called '" + windows.schedule + "'");
}

std::vector<float> window_weights(const ContextWindows& windows, const std::vector<int64_t>& window, int64_t frames) {
    const auto length = static_cast<int64_t>(window.size());
    std::vector<float> weights(window.size(), 1.0f);
    if (windows.blend == "pyramid") {
        for (int64_t i = 0; i < length; ++i)
            weights[static_cast<std::size_t>(i)] = static_cast<float>(std::min(i + 1, length - i));
    } else if (windows.blend == "overlap-linear") {
        const int64_t ramp = std::min(windows.overlap, length);
        const Tensor rise = at::linspace(1e-37, 1.0, ramp, at::kFloat);
        const float* values = rise.const_data_ptr<float>();
        const auto [first, last] = std::ranges::minmax(window);
        for (int64_t i = 0; first > 0 && i < ramp; ++i)
            weights[static_cast<std::size_t>(i)] = values[i];
        for (int64_t i = 0; last < frames - 1 && i < ramp; ++i)
            weights[static_cast<std::size_t>(length - 1 - i)] = values[i];
    }
    return weights;
}

}  // namespace easel::inference
