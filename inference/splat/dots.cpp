#include "inference/splat/dots.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace easel::inference {
namespace {

constexpr double dots_distance = 2.2, dots_fov = 35.0, faintest_dot = 0.01, nearest_dot = 1e-2;
constexpr float depth_steps = 1024.0f;  // to a unit, that are told apart

// The rows are the axes of a camera that orbits.
Tensor dot_axes(double yaw_degrees, double pitch_degrees) {
    const double yaw = yaw_degrees * std::numbers::pi / 180.0, pitch = pitch_degrees * std::numbers::pi / 180.0;
    const auto matrix = [](std::initializer_list<double> values) {
        return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(at::kFloat).view({3, 3});
    };
    const double cy = std::cos(yaw), sy = std::sin(yaw), cp = std::cos(pitch), sp = std::sin(pitch);
    return at::matmul(matrix({1, 0, 0, 0, cp, -sp, 0, sp, cp}), matrix({cy, 0, sy, 0, 1, 0, -sy, 0, cy}));
}

struct Dot {
    float x, y, depth;
    int64_t radius;
    std::array<std::uint8_t, 3> color;
};

std::vector<Dot> dots_of(const Splat& splat, const DotPicture& settings) {
    const Tensor seen = at::matmul(splat.positions, dot_axes(settings.yaw, settings.pitch).t());
    const Tensor depths = seen.select(1, 2) + dots_distance;
    const Tensor kept = (depths > nearest_dot).logical_and(splat.opacities.select(1, 0) > faintest_dot);
    const double half = static_cast<double>(settings.side) / 2;
    const double focal = half / std::tan(dots_fov * std::numbers::pi / 180.0 / 2);
    const Tensor depth = depths.index({kept}), place = seen.index({kept});
    const Tensor radius = (focal * splat.scales.amax(1).index({kept}) / depth)
                              .round()
                              .clamp(1, static_cast<double>(std::max<int64_t>(1, settings.largest_radius)));
    const Tensor color = base_colors(splat).index({kept}) * 255.0;
    const Tensor rows = at::cat({(half + focal * place.select(1, 0) / depth).unsqueeze(1),
                                 (half + focal * place.select(1, 1) / depth).unsqueeze(1), depth.unsqueeze(1),
                                 radius.unsqueeze(1), color},
                                1)
                            .contiguous();
    const float* row = rows.const_data_ptr<float>();
    std::vector<Dot> dots;
    for (int64_t i = 0; i < rows.size(0); ++i, row += rows.size(1))
        dots.push_back({.x = row[0],
                        .y = row[1],
                        .depth = row[2],
                        .radius = static_cast<int64_t>(row[3]),
                        .color = {static_cast<std::uint8_t>(row[4]), static_cast<std::uint8_t>(row[5]),
                                  static_cast<std::uint8_t>(row[6])}});
    return dots;
}

}  // namespace

RgbPreview dotted(const Splat& splat, const DotPicture& settings) {
    const auto side = static_cast<std::size_t>(settings.side);
    RgbPreview picture{.width = static_cast<int>(settings.side),
                       .height = static_cast<int>(settings.side),
                       .pixels = std::vector<std::uint8_t>(side * side * 3)};
    std::vector<float> shown(side * side, std::numeric_limits<float>::infinity());
    const auto place = [&](float coordinate) {
        return static_cast<std::size_t>(std::clamp(coordinate, 0.0f, static_cast<float>(settings.side - 1)));
    };
    // Where two lie at one depth, the smaller disc wins.
    std::vector<Dot> dots = dots_of(splat, settings);
    std::ranges::stable_sort(dots, {}, &Dot::radius);
    for (const Dot& dot : dots) {
        const float depth = std::floor(dot.depth * depth_steps);
        for (int64_t dy = -dot.radius; dy <= dot.radius; ++dy)
            for (int64_t dx = -dot.radius; dx <= dot.radius; ++dx) {
                if (dx * dx + dy * dy > dot.radius * dot.radius) continue;
                const std::size_t pixel =
                    place(dot.y + static_cast<float>(dy)) * side + place(dot.x + static_cast<float>(dx));
                if (depth >= shown[pixel]) continue;
                shown[pixel] = depth;
                std::ranges::copy(dot.color, picture.pixels.begin() + static_cast<std::ptrdiff_t>(3 * pixel));
            }
    }
    return picture;
}

}  // namespace easel::inference
