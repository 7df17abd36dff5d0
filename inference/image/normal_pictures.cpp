#include "inference/image/normal_pictures.hpp"

#include "inference/image/depth_pictures.hpp"

#include <vector>

namespace easel::inference {

Tensor disparity(const Tensor& depth) {
    std::vector<Tensor> pictures;
    for (const Tensor& own : depth.unbind()) {
        const Tensor is_there = own.isfinite() & (own > 0);
        if (!is_there.any().item<bool>()) {
            pictures.push_back(at::zeros_like(own));
            continue;
        }
        const Tensor nearness = at::where(is_there, 1.0 / own.clamp_min(1e-6), at::zeros_like(own));
        const Tensor counted = nearness.masked_select(is_there);
        const Tensor least = quantile_of(counted, 0.001);
        const Tensor range = (quantile_of(counted, 0.999) - least).clamp_min(1e-6);
        pictures.push_back(((nearness - least) / range).clamp(0, 1).masked_fill(is_there.logical_not(), 0));
    }
    return at::stack(pictures);
}

Tensor normals_of_points(const Tensor& points) {
    const Tensor is_there = points.isfinite().all(-1, /*keepdim=*/true);
    const Tensor space = at::where(is_there, points, at::zeros_like(points));
    const int64_t height = points.size(1), width = points.size(2);
    const Tensor across = at::constant_pad_nd(space.slice(2, 2) - space.slice(2, 0, width - 2), {0, 0, 1, 1});
    const Tensor down = at::constant_pad_nd(space.slice(1, 2) - space.slice(1, 0, height - 2), {0, 0, 0, 0, 1, 1});
    const Tensor facing = at::linalg_cross(down, across, -1);
    const Tensor unit = facing / facing.norm(2, -1, /*keepdim=*/true).clamp_min(1e-12);
    return at::where(is_there, unit, at::zeros_like(unit));
}

Tensor normal_colors(const Tensor& normals, GreenPoints green) {
    const Tensor signs = at::tensor({1.0, green == GreenPoints::up ? -1.0 : 1.0, -1.0}, normals.options());
    return (normals * signs * 0.5 + 0.5).clamp(0, 1);
}

}  // namespace easel::inference
