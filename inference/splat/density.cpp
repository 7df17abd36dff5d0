#include "inference/splat/density.hpp"

#include "inference/splat/quaternions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace easel::inference {
namespace {

constexpr float cutoff = 9.0f;  // three standard deviations, squared
constexpr int64_t splats_between_reports = 4096;
constexpr int64_t bins = 256;

Tensor inverse_covariances(const Splat& splat) {
    const Tensor axes = rotation_matrices(splat.rotations);
    const Tensor inverse = splat.scales.clamp_min(1e-8).square().reciprocal();
    return at::matmul(axes * inverse.unsqueeze(1), axes.transpose(1, 2)).contiguous();
}

// Adds Gaussians to a grid, one after the other: float16 sums depend on the order.
class Accumulator {
public:
    Accumulator(const Splat& splat, DensityGrid& grid, double sharpen)
        : grid_(grid), sharpen_(static_cast<float>(sharpen)), positions_(splat.positions.contiguous()),
          inverses_(inverse_covariances(splat)), opacities_(splat.opacities.contiguous()),
          colors_(base_colors(splat).contiguous()), density_(grid.density.mutable_data_ptr<float>()),
          color_(grid.color.mutable_data_ptr<at::Half>()),
          weight_(sharpen == 1.0 ? nullptr : grid.weight.mutable_data_ptr<at::Half>()) {
        const float* origin = grid.origin.const_data_ptr<float>();
        for (std::size_t axis = 0; axis < 3; ++axis) {
            origin_[axis] = origin[axis];
            most_[axis] = grid.density.size(static_cast<int64_t>(axis)) - 1;
        }
    }

    void add(int64_t index, int64_t reach) {
        const float* position = positions_.const_data_ptr<float>() + 3 * index;
        std::array<float, 3> center{};
        for (std::size_t axis = 0; axis < 3; ++axis)
            center[axis] = std::nearbyint((position[axis] - origin_[axis]) / grid_.voxel);
        const auto side = static_cast<float>(reach);
        for (float x = center[0] - side; x <= center[0] + side; ++x)
            for (float y = center[1] - side; y <= center[1] + side; ++y)
                for (float z = center[2] - side; z <= center[2] + side; ++z)
                    add_to(index, {x, y, z}, position);
    }

private:
    void add_to(int64_t index, const std::array<float, 3>& point, const float* position) {
        const float* inverse = inverses_.const_data_ptr<float>() + 9 * index;
        std::array<float, 3> offset{};
        for (std::size_t axis = 0; axis < 3; ++axis)
            offset[axis] = (origin_[axis] + point[axis] * grid_.voxel) - position[axis];
        float form = 0;
        for (std::size_t j = 0; j < 3; ++j)
            form += (offset[0] * inverse[j] + offset[1] * inverse[3 + j] + offset[2] * inverse[6 + j]) * offset[j];
        if (!(form < cutoff)) return;
        const float opacity = opacities_.const_data_ptr<float>()[index] * std::exp(-0.5f * form);
        const int64_t cell = cell_of(point);
        density_[cell] += opacity;
        const float weight = weight_ == nullptr ? opacity : std::pow(opacity, sharpen_);
        const float* color = colors_.const_data_ptr<float>() + 3 * index;
        for (int64_t c = 0; c < 3; ++c)
            color_[3 * cell + c] += static_cast<at::Half>(weight * color[c]);
        if (weight_ != nullptr) weight_[cell] += static_cast<at::Half>(weight);
    }

    // What lies outside counts at the grid's border.
    int64_t cell_of(const std::array<float, 3>& point) const {
        std::array<int64_t, 3> place{};
        for (std::size_t axis = 0; axis < 3; ++axis)
            place[axis] = std::clamp<int64_t>(static_cast<int64_t>(point[axis]), 0, most_[axis]);
        return (place[0] * (most_[1] + 1) + place[1]) * (most_[2] + 1) + place[2];
    }

    const DensityGrid& grid_;
    float sharpen_;
    Tensor positions_, inverses_, opacities_, colors_;
    std::array<float, 3> origin_{};
    std::array<int64_t, 3> most_{};
    float* density_;
    at::Half *color_, *weight_;
};

}  // namespace

DensityGrid density_of(const Splat& splat, const DensitySettings& settings,
                       const std::function<void(double)>& advance) {
    const Tensor margin = 4.0 * splat.scales.median();
    const Tensor low = splat.positions.amin(0) - margin, high = splat.positions.amax(0) + margin;
    const Tensor voxel = ((high - low).max() / static_cast<double>(settings.resolution)).clamp_min(1e-8);
    const Tensor points = ((high - low) / voxel).ceil().to(at::kLong) + 1;
    const std::array<int64_t, 3> shape{points[0].item<int64_t>(), points[1].item<int64_t>(), points[2].item<int64_t>()};
    const bool is_sharpened = settings.sharpen != 1.0;

    DensityGrid grid{.density = at::zeros(shape),
                     .color = at::zeros({shape[0], shape[1], shape[2], 3}, at::kHalf),
                     .weight = is_sharpened ? at::zeros(shape, at::kHalf) : Tensor(),
                     .origin = low.contiguous(),
                     .voxel = voxel.item<float>()};
    const Tensor reach = (3.0 * splat.scales.amax(-1) / voxel).ceil().to(at::kLong).clamp(1, settings.reach);
    Accumulator accumulator(splat, grid, settings.sharpen);
    int64_t done = 0;
    for (int64_t size = 1; size <= settings.reach; ++size) {
        const Tensor those = (reach == size).nonzero().flatten();
        const auto* indices = those.const_data_ptr<int64_t>();
        for (int64_t i = 0; i < those.size(0); ++i) {
            accumulator.add(indices[i], size);
            if (++done % splats_between_reports == 0)
                advance(static_cast<double>(done) / static_cast<double>(splat.count()));
        }
    }
    if (!is_sharpened) grid.weight = grid.density;
    return grid;
}

double otsu_level(const Tensor& values) {
    const Tensor dense = values.contiguous();
    const float* value = dense.const_data_ptr<float>();
    const float low = dense.min().item<float>(), high = dense.max().item<float>();
    std::array<float, bins + 1> edges{};
    const double step = (static_cast<double>(high) - static_cast<double>(low)) / static_cast<double>(bins);
    for (std::size_t i = 0; i < edges.size(); ++i)
        edges[i] = static_cast<float>(static_cast<double>(low) + static_cast<double>(i) * step);
    edges.back() = high;

    std::array<double, bins> counts{};
    for (int64_t i = 0; i < dense.numel(); ++i) {
        const float share = high > low ? (value[i] - low) / (high - low) : 0.0f;
        auto bin = std::min<int64_t>(static_cast<int64_t>(share * static_cast<float>(bins)), bins - 1);
        if (value[i] < edges[static_cast<std::size_t>(bin)])
            --bin;
        else if (bin < bins - 1 && value[i] >= edges[static_cast<std::size_t>(bin) + 1])
            ++bin;
        counts[static_cast<std::size_t>(bin)] += 1;
    }

    std::array<double, bins> below{}, moments{};
    double number = 0, moment = 0;
    for (std::size_t i = 0; i < bins; ++i) {
        number += counts[i];
        moment += counts[i] * static_cast<double>((edges[i] + edges[i + 1]) * 0.5f);
        below[i] = number;
        moments[i] = moment;
    }
    std::size_t best = 0;
    double most = -2;
    for (std::size_t i = 0; i < bins; ++i) {
        const double above = number - below[i];
        const double distance = moments[i] / std::max(below[i], 1.0) - (moment - moments[i]) / std::max(above, 1.0);
        const double variance = below[i] > 0 && above > 0 ? below[i] * above * distance * distance : -1.0;
        if (variance > most) most = variance, best = i;
    }
    return static_cast<double>((edges[best] + edges[best + 1]) * 0.5f);
}

}  // namespace easel::inference
