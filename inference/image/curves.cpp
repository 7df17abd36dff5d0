#include "inference/image/curves.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {
namespace {

using Points = std::vector<std::pair<double, double>>;

std::vector<double> slopes_of(const Points& points) {
    std::vector<double> steps;
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const double width = points[i + 1].first - points[i].first;
        steps.push_back(width == 0 ? 0.0 : (points[i + 1].second - points[i].second) / width);
    }
    std::vector<double> slopes(points.size());
    slopes.front() = steps.front();
    slopes.back() = steps.back();
    for (std::size_t i = 1; i + 1 < points.size(); ++i)
        slopes[i] = steps[i - 1] * steps[i] <= 0 ? 0.0 : (steps[i - 1] + steps[i]) / 2;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i] == 0) {
            slopes[i] = slopes[i + 1] = 0;
            continue;
        }
        const double a = slopes[i] / steps[i], b = slopes[i + 1] / steps[i];
        if (a * a + b * b <= 9) continue;
        const double shrink = 3 / std::sqrt(a * a + b * b);
        slopes[i] = shrink * a * steps[i];
        slopes[i + 1] = shrink * b * steps[i];
    }
    return slopes;
}

}  // namespace

std::vector<float> curve_table(const Points& points, CurveKind kind, std::size_t count) {
    if (points.size() < 2)
        return std::vector<float>(count, points.empty() ? 0.0f : static_cast<float>(points.front().second));
    const std::vector<double> slopes = slopes_of(points);
    std::vector<float> table;
    for (std::size_t i = 0; i < count; ++i) {
        const double x = static_cast<double>(i) / static_cast<double>(count - 1);
        double y = 0;
        if (x >= points.back().first) {
            y = points.back().second;
        } else if (x <= points.front().first) {
            y = points.front().second;
        } else {
            const auto above = std::ranges::upper_bound(points, x, {}, &Points::value_type::first);
            const auto right = static_cast<std::size_t>(above - points.begin()), left = right - 1;
            const double width = points[right].first - points[left].first;
            const double t = (x - points[left].first) / width, t2 = t * t, t3 = t2 * t;
            if (kind == CurveKind::linear)
                y = points[left].second + t * (points[right].second - points[left].second);
            else
                y = (2 * t3 - 3 * t2 + 1) * points[left].second + (t3 - 2 * t2 + t) * width * slopes[left] +
                    (3 * t2 - 2 * t3) * points[right].second + (t3 - t2) * width * slopes[right];
        }
        table.push_back(static_cast<float>(y));
    }
    return table;
}

}  // namespace easel::inference
