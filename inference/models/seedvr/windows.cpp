#include "inference/models/seedvr/windows.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference::seedvr {
namespace {

constexpr double cells_of_720p = 45 * 80;
constexpr int64_t most_frames = 30;

int64_t divided_up(int64_t value, int64_t by) { return (value + by - 1) / by; }

std::vector<Span> spans(int64_t length, int64_t window, Shift shift) {
    const bool moves = shift == Shift::half && window < length;
    const double offset = moves ? 0.5 : 0.0;
    const auto count =
        static_cast<int64_t>(std::ceil((static_cast<double>(length) - offset) / static_cast<double>(window)));
    std::vector<Span> result;
    for (int64_t i = 0; i < (moves ? count + 1 : shift == Shift::half ? 1 : count); ++i) {
        const auto edge = [&](int64_t n) {
            return static_cast<int64_t>((static_cast<double>(n) - offset) * static_cast<double>(window));
        };
        const Span span{std::max<int64_t>(edge(i), 0), std::min(edge(i + 1), length)};
        if (span.end > span.begin) result.push_back(span);
    }
    return result;
}

}  // namespace

std::vector<Window> windows(const std::array<int64_t, 3>& size, Shift shift) {
    const double scale = std::sqrt(cells_of_720p / static_cast<double>(size[1] * size[2]));
    const auto side = [&](int64_t cells) {
        return divided_up(static_cast<int64_t>(std::nearbyint(static_cast<double>(cells) * scale)), 3);
    };
    const auto frames = spans(size[0], divided_up(std::min(size[0], most_frames), 4), shift);
    const auto rows = spans(size[1], side(size[1]), shift), columns = spans(size[2], side(size[2]), shift);
    std::vector<Window> result;
    for (const Span& column : columns)
        for (const Span& row : rows)
            for (const Span& frame : frames)
                result.push_back({frame, row, column});
    return result;
}

}  // namespace easel::inference::seedvr
