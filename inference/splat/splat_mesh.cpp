#include "inference/splat/splat_mesh.hpp"

#include "inference/splat/density.hpp"
#include "inference/splat/surface_nets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace easel::inference {
namespace {

constexpr double empty_share = 1e-3;   // of the largest density; less is no part of the histogram
constexpr double range_margin = 1e-6;  // that the level keeps from the ends of the densities

// Between the eight values around `place`, given in points of the grid; outside, the border's count.
template <class T>
double sampled(const T* values, at::IntArrayRef shape, int64_t channels, int64_t channel,
               const std::array<double, 3>& place) {
    std::array<int64_t, 3> low{}, high{};
    std::array<double, 3> share{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const double most = static_cast<double>(shape[axis] - 1), inside = std::clamp(place[axis], 0.0, most);
        low[axis] = static_cast<int64_t>(std::floor(inside));
        high[axis] = std::min(low[axis] + 1, shape[axis] - 1);
        share[axis] = inside - static_cast<double>(low[axis]);
    }
    double sum = 0;
    for (std::size_t corner = 0; corner < 8; ++corner) {
        double weight = 1;
        int64_t cell = 0;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const bool is_high = corner >> (2 - axis) & 1;
            weight *= is_high ? share[axis] : 1 - share[axis];
            cell = cell * shape[axis] + (is_high ? high[axis] : low[axis]);
        }
        sum += weight * static_cast<double>(static_cast<float>(values[cell * channels + channel]));
    }
    return sum;
}

// Colours [n, 3] at `vertices`: what the Gaussians there add up to. Numerator and weights are interpolated apart, so
// that cells without any do not darken the border.
Tensor colors_at(const Tensor& vertices, const DensityGrid& grid) {
    const Tensor places = ((vertices - grid.origin) / static_cast<double>(grid.voxel)).contiguous();
    const Tensor colors = at::empty({vertices.size(0), 3});
    const float* place = places.const_data_ptr<float>();
    auto* color = colors.mutable_data_ptr<float>();
    const auto shape = grid.density.sizes();
    const bool has_own_weight = grid.weight.scalar_type() == at::kHalf;
    for (int64_t i = 0; i < vertices.size(0); ++i, place += 3, color += 3) {
        const std::array<double, 3> point{place[0], place[1], place[2]};
        const double weight = has_own_weight ? sampled(grid.weight.const_data_ptr<at::Half>(), shape, 1, 0, point)
                                             : sampled(grid.weight.const_data_ptr<float>(), shape, 1, 0, point);
        for (int64_t c = 0; c < 3; ++c)
            color[c] = static_cast<float>(sampled(grid.color.const_data_ptr<at::Half>(), shape, 3, c, point)) /
                       std::max(static_cast<float>(weight), 1e-8f);
    }
    return colors;
}

// Where the surface is; nothing where all is empty.
std::optional<float> surface_level(const Tensor& density, double bias) {
    const auto least = static_cast<double>(density.min().item<float>());
    const auto most = static_cast<double>(density.max().item<float>());
    const Tensor occupied = density.masked_select(density > most * empty_share);
    if (occupied.numel() == 0) return std::nullopt;
    const double margin = range_margin * (most - least);
    return static_cast<float>(std::min(std::max(otsu_level(occupied) * bias, least + margin), most - margin));
}

Mesh no_surface() {
    Mesh mesh;
    mesh.vertices = at::zeros({0, 3});
    mesh.faces = at::zeros({0, 3}, at::kLong);
    mesh.colors = at::zeros({0, 3});
    mesh.is_unlit = true;
    return mesh;
}

}  // namespace

Mesh surface_of(const Splat& splat, const SplatMeshing& settings, const std::function<void(double)>& advance) {
    const Splat visible = selected(splat, splat.opacities.reshape({-1}) >= settings.least_opacity);
    if (visible.count() == 0) return no_surface();
    const DensityGrid grid = density_of(
        visible, {.resolution = settings.resolution, .reach = settings.reach, .sharpen = settings.color_sharpen},
        [&](double share) { advance(0.25 * share); });
    advance(0.4);
    const std::optional<float> level = surface_level(grid.density, settings.level);
    if (!level) return no_surface();
    Mesh mesh = surface_net(grid.density, *level, grid.origin, grid.voxel);
    advance(0.55);
    if (settings.smallest_part > 0) mesh = without_floaters(mesh, settings.smallest_part);
    if (mesh.empty()) return no_surface();
    mesh = smoothed(mesh, settings.smoothing);
    advance(0.7);
    const Tensor shown = colors_at(mesh.vertices, grid).clamp(0, 1);
    mesh.colors = at::where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055).pow(2.4));
    mesh.vertices = mesh.vertices * at::tensor({1.0f, -1.0f, -1.0f});  // upright in glTF's axes
    mesh.is_unlit = true;
    advance(1.0);
    return mesh;
}

}  // namespace easel::inference
