#include "inference/vision/moge/fit.hpp"

#include "inference/vision/moge/network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace easel::inference::moge {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr int64_t fit_side = 64;  // of the picture that a camera is fitted to
constexpr double first_bound = 100.0;
constexpr double least_step = 1e-8, least_slope = 1e-8;
constexpr int most_evaluations = 200;

double length(const std::vector<double>& values) {
    return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

struct Step {
    double size, damping;
};

// The step that goes to the minimum of the linear model, or no farther than `bound`. `slope` is the length of the
// derivative, `pull` the residuals along it.
Step bounded_step(double slope, double pull, double bound, double damping) {
    const double whole = pull / slope;
    double beyond = std::abs(whole) - bound;
    if (beyond <= 0.1 * bound) return {whole, 0.0};
    double least = beyond / bound * slope * slope;
    double most = std::abs(slope * pull) / bound;
    damping = std::clamp(damping, least, most);
    if (damping == 0) damping = std::abs(slope * pull) / std::abs(whole);
    for (int i = 0;; ++i) {
        if (damping == 0) damping = std::max(std::numeric_limits<double>::min(), 0.001 * most);
        const double size = slope * pull / (slope * slope + damping);
        const double before = beyond;
        beyond = std::abs(size) - bound;
        if (std::abs(beyond) <= 0.1 * bound || (least == 0 && beyond <= before && before < 0) || i == 9)
            return {size, damping};
        const double correction = beyond / bound * (slope * slope + damping);
        if (beyond > 0) least = std::max(least, damping);
        if (beyond < 0) most = std::min(most, damping);
        damping = std::max(least, damping + correction);
    }
}

}  // namespace

double least_squares(const std::function<std::vector<double>(double)>& residuals, double start, double tolerance) {
    double x = start;
    std::vector<double> now = residuals(x);
    double error = length(now), bound = 0, damping = 0;
    int evaluations = 1;
    bool is_first = true;
    while (error > 0) {
        const double h = x == 0 ? std::sqrt(epsilon) : std::sqrt(epsilon) * std::abs(x);
        std::vector<double> derivative = residuals(x + h);
        ++evaluations;
        for (std::size_t i = 0; i < now.size(); ++i)
            derivative[i] = (derivative[i] - now[i]) / h;
        const double slope = length(derivative);
        if (is_first) bound = x == 0 ? first_bound : first_bound * std::abs(x);
        if (slope == 0) return x;
        const double pull = std::inner_product(derivative.begin(), derivative.end(), now.begin(), 0.0) / slope;
        if (std::abs(pull) / error <= least_slope) return x;
        for (bool is_better = false; !is_better;) {
            const Step step = bounded_step(slope, pull, bound, damping);
            damping = step.damping;
            const double size = std::abs(step.size);
            if (is_first) bound = std::min(bound, size);
            const std::vector<double> next = residuals(x - step.size);
            ++evaluations;
            const double next_error = length(next);
            const double actual = 0.1 * next_error < error ? 1.0 - (next_error / error) * (next_error / error) : -1.0;
            const double linear = slope * size / error, damped = std::sqrt(damping) * size / error;
            const double predicted = linear * linear + damped * damped / 0.5;
            const double toward = -(linear * linear + damped * damped);
            const double ratio = predicted == 0 ? 0 : actual / predicted;
            if (ratio <= 0.25) {
                double shrink = actual >= 0 ? 0.5 : 0.5 * toward / (toward + 0.5 * actual);
                if (0.1 * next_error >= error || shrink < 0.1) shrink = 0.1;
                bound = shrink * std::min(bound, size / 0.1);
                damping /= shrink;
            } else if (damping == 0 || ratio >= 0.75) {
                bound = size / 0.5;
                damping *= 0.5;
            }
            is_better = ratio >= 1e-4;
            if (is_better) {
                x -= step.size;
                now = next;
                error = next_error;
                is_first = false;
            }
            const bool is_done = std::abs(actual) <= tolerance && predicted <= tolerance && 0.5 * ratio <= 1;
            if (is_done || bound <= least_step * std::abs(x) || evaluations >= most_evaluations ||
                (std::abs(actual) <= epsilon && predicted <= epsilon) || bound <= epsilon * std::abs(x))
                return x;
        }
    }
    return x;
}

Camera fit_camera(const Tensor& points, const Tensor& mask, std::optional<double> focal) {
    const int64_t height = points.size(0), width = points.size(1);
    const Tensor where =
        places(height, width, static_cast<double>(width) / static_cast<double>(height), points.options());
    const auto small = [](const Tensor& planes) { return at::upsample_nearest2d(planes, {fit_side, fit_side}); };
    const Tensor chosen = small(mask.to(at::kFloat).unsqueeze(0).unsqueeze(0)).flatten() > 0;
    if (chosen.sum().item<int64_t>() < 2) return {.focal = focal.value_or(1.0), .shift = 0.0};
    const Tensor space =
        small(points.permute({2, 0, 1}).unsqueeze(0)).flatten(2)[0].t().index({chosen}).to(at::kDouble).contiguous();
    const Tensor plane = small(where).flatten(2)[0].t().index({chosen}).to(at::kDouble).contiguous();
    const auto point = space.accessor<double, 2>(), pixel = plane.accessor<double, 2>();

    const auto best_focal = [&](double shift) {
        double along = 0, squares = 0;
        for (int64_t i = 0; i < point.size(0); ++i)
            for (int64_t axis = 0; axis < 2; ++axis) {
                const double seen = point[i][axis] / (point[i][2] + shift);
                along += seen * pixel[i][axis];
                squares += seen * seen;
            }
        return along / squares;
    };
    const auto residuals = [&](double shift) {
        const double f = focal ? *focal : best_focal(shift);
        std::vector<double> errors;
        for (int64_t i = 0; i < point.size(0); ++i)
            for (int64_t axis = 0; axis < 2; ++axis)
                errors.push_back(f * point[i][axis] / (point[i][2] + shift) - pixel[i][axis]);
        return errors;
    };
    const double shift = least_squares(residuals, 0.0, 1e-3);
    return {.focal = focal ? *focal : best_focal(shift), .shift = shift};
}

}  // namespace easel::inference::moge
