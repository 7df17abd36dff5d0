#include "inference/splat/splat.hpp"

#include "base/error.hpp"
#include "inference/splat/quaternions.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

namespace easel::inference {
namespace {

// About one axis (1: x, 2: y, 3: z).
Tensor turn(double degrees, int64_t axis) {
    const double half = degrees * std::numbers::pi / 180.0 / 2.0;
    const Tensor quaternion = at::zeros({4});
    quaternion[0] = static_cast<float>(std::cos(half));
    quaternion[axis] = static_cast<float>(std::sin(half));
    return quaternion;
}

// The standard deviations and rotations of Gaussians whose covariance is changed by `matrix` [3, 3].
void deform(Splat& splat, const Tensor& matrix) {
    const Tensor turned = rotation_matrices(splat.rotations);
    const Tensor covariance = at::matmul(turned * splat.scales.square().unsqueeze(1), turned.transpose(-1, -2));
    const auto [variances, axes] = at::linalg_eigh(at::matmul(at::matmul(matrix, covariance), matrix.t()));
    const Tensor handed = at::where(at::linalg_det(axes) < 0, -1.0f, 1.0f);  // no mirror images
    splat.scales = variances.clamp_min(0).sqrt();
    splat.rotations = quaternions_of(axes * handed.unsqueeze(-1).unsqueeze(-1));
}

}  // namespace

Tensor base_colors(const Splat& splat) { return (splat.harmonics.select(1, 0) * base_harmonic + 0.5).clamp(0, 1); }

Splat selected(const Splat& splat, const Tensor& kept) {
    return {.positions = splat.positions.index({kept}),
            .scales = splat.scales.index({kept}),
            .rotations = splat.rotations.index({kept}),
            .opacities = splat.opacities.index({kept}),
            .harmonics = splat.harmonics.index({kept})};
}

Splat placed(const Splat& splat, const SplatPlacement& placement) {
    const auto numbers = [](const double(&values)[3]) {
        return at::tensor({values[0], values[1], values[2]}, at::kDouble).to(at::kFloat);
    };
    const auto& [about_x, about_y, about_z] = placement.rotation;
    const Tensor rotation =
        quaternion_product(quaternion_product(turn(about_z, 3), turn(about_y, 2)), turn(about_x, 1));
    const Tensor matrix = numbers(placement.scale).unsqueeze(1) * rotation_matrices(rotation.unsqueeze(0))[0];

    Splat result = splat;
    result.positions = at::matmul(splat.positions, matrix.t()) + numbers(placement.translation);
    const auto& [x, y, z] = placement.scale;
    if (x == y && y == z) {
        result.scales = splat.scales * x;
        result.rotations = quaternion_product(rotation.expand_as(splat.rotations), splat.rotations);
        result.rotations = result.rotations / result.rotations.norm(2, -1, true).clamp_min(1e-12);
    } else {
        deform(result, matrix);
    }
    return result;
}

Splats merged(const std::vector<Splats>& links) {
    const std::size_t clouds = links.front().size();
    int64_t coefficients = 0;
    for (const Splats& link : links) {
        if (link.size() != clouds)
            throw NamedError("ValueError", "MergeSplat: batch size mismatch (" + std::to_string(clouds) + " vs " +
                                               std::to_string(link.size()) + ").");
        for (const Splat& splat : link)
            coefficients = std::max(coefficients, splat.harmonics.size(1));
    }
    Splats result;
    for (std::size_t i = 0; i < clouds; ++i) {
        std::vector<Tensor> positions, scales, rotations, opacities, harmonics;
        for (const Splats& link : links) {
            positions.push_back(link[i].positions);
            scales.push_back(link[i].scales);
            rotations.push_back(link[i].rotations);
            opacities.push_back(link[i].opacities);
            const Tensor& own = link[i].harmonics;
            harmonics.push_back(at::constant_pad_nd(own, {0, 0, 0, coefficients - own.size(1)}));
        }
        result.push_back({.positions = at::cat(positions),
                          .scales = at::cat(scales),
                          .rotations = at::cat(rotations),
                          .opacities = at::cat(opacities),
                          .harmonics = at::cat(harmonics)});
    }
    return result;
}

}  // namespace easel::inference
