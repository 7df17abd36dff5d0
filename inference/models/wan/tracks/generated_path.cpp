#include "inference/models/wan/tracks/point_tracks.hpp"

#include "base/error.hpp"

#include <cmath>
#include <string>

namespace easel::inference::wan {
namespace {

// How far along its path a point is, for moments in 0..1.
Tensor progress(const Tensor& t, std::string_view speed) {
    if (speed == "constant") return at::zeros_like(t);
    if (speed == "linear") return t;
    if (speed == "ease_in") return t.square();
    if (speed == "ease_out") return 1.0 - (1.0 - t).square();
    if (speed == "ease_in_out") return t * t * (3.0 - 2.0 * t);
    throw UserError("there is no interpolation " + std::string(speed));
}

struct Along {
    Tensor position, tangent;  // [frames]
};

Along along(const Tensor& t, double start, double middle, double end, bool is_curved) {
    if (!is_curved) return {.position = start + (end - start) * t, .tangent = at::full_like(t, end - start)};
    const Tensor rest = 1.0 - t;
    return {.position = rest.square() * start + 2.0 * rest * t * middle + t.square() * end,
            .tangent = 2.0 * rest * (middle - start) + 2.0 * t * (end - middle)};
}

}  // namespace

Tensor generated_path(const Motion& motion, const TrackBundle& bundle) {
    const auto width = static_cast<double>(bundle.width), height = static_cast<double>(bundle.height);
    const Tensor t = progress(at::linspace(0.0, 1.0, bundle.frames, at::kFloat), motion.speed);
    const Along x = along(t, motion.start_x * width, motion.middle_x * width, motion.end_x * width, motion.is_curved);
    const Along y =
        along(t, motion.start_y * height, motion.middle_y * height, motion.end_y * height, motion.is_curved);
    const Tensor dx = x.tangent.to(at::kDouble), dy = y.tangent.to(at::kDouble);
    const Tensor length = (dx.square() + dy.square()).sqrt();
    const Tensor moves = length.gt(0), divisor = at::where(moves, length, at::ones_like(length));
    // Neighbours lie across the direction; side by side where there is none.
    const Tensor across_x = at::where(moves, -dy / divisor, at::ones_like(length));
    const Tensor across_y = at::where(moves, dx / divisor, at::zeros_like(length));
    const double middle = static_cast<double>(bundle.points - 1) / 2.0;
    const Tensor offset =
        (at::arange(bundle.points, at::kDouble) - middle) * (bundle.spread * (width + height) / 2.0);  // [points]
    const auto spread = [&](const Tensor& position, const Tensor& across) {
        return position.to(at::kDouble).unsqueeze(1) + across.unsqueeze(1) * offset;
    };
    return at::stack({spread(x.position, across_x), spread(y.position, across_y)}, 2).to(at::kFloat);
}

}  // namespace easel::inference::wan
