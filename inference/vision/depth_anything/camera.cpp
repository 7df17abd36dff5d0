#include "inference/vision/depth_anything/camera.hpp"

#include <algorithm>
#include <vector>

namespace easel::inference {
namespace {

constexpr int64_t samples = 100, points_of_sample = 8;
constexpr double sampled_share = 0.3;  // the most believed points, from which samples are drawn
constexpr double largest_error = 0.2;
constexpr int64_t most_points = 8000;  // in the final fit

// The world seen from cameras, given cameras in the world.
Tensor inverted(const Tensor& rotation, const Tensor& translation) {
    const Tensor back = rotation.transpose(-1, -2);
    return at::cat({back, -at::matmul(back, translation.unsqueeze(-1))}, -1);
}

Tensor rotation_of(const Tensor& quaternion) {  // [..., 4] to [..., 3, 3]
    const auto parts = quaternion.unbind(-1);
    const Tensor &x = parts[0], &y = parts[1], &z = parts[2], &w = parts[3];
    const Tensor s = 2.0 / quaternion.square().sum(-1);
    const Tensor matrix = at::stack({1 - s * (y * y + z * z), s * (x * y - z * w), s * (x * z + y * w),
                                     s * (x * y + z * w), 1 - s * (x * x + z * z), s * (y * z - x * w),
                                     s * (x * z - y * w), s * (y * z + x * w), 1 - s * (x * x + y * y)},
                                    -1);
    return matrix.unflatten(-1, {3, 3});
}

Tensor intrinsics_of(const Tensor& fx, const Tensor& fy, const Tensor& cx, const Tensor& cy) {  // each [views]
    const Tensor zero = at::zeros_like(fx), one = at::ones_like(fx);
    return at::stack({fx, zero, cx, zero, fy, cy, zero, zero, one}, -1).unflatten(-1, {3, 3});
}

// Least squares over `from` and `to` [batch, points, 2] with weights [batch, points]: [batch, 3, 3].
Tensor homographies(const Tensor& from, const Tensor& to, const Tensor& weights) {
    const Tensor w = weights.sqrt().unsqueeze(2), x = from.narrow(2, 0, 1), y = from.narrow(2, 1, 1);
    const Tensor u = to.narrow(2, 0, 1), v = to.narrow(2, 1, 1), zero = at::zeros_like(x);
    const Tensor across = at::cat({-x * w, -y * w, -w, zero, zero, zero, x * u * w, y * u * w, u * w}, 2);
    const Tensor down = at::cat({zero, zero, zero, -x * w, -y * w, -w, x * v * w, y * v * w, v * w}, 2);
    const Tensor vh = std::get<2>(at::linalg_svd(at::cat({across, down}, 1), /*full_matrices=*/true));
    const Tensor h = vh.select(1, vh.size(1) - 1).unflatten(-1, {3, 3});
    return h / h.narrow(1, 2, 1).narrow(2, 2, 1);
}

// The homography from `from` to `to` [points, 2] that the most believed points agree with.
Tensor robust_homography(const Tensor& from, const Tensor& to, const Tensor& weights, const Tensor& choices) {
    const int64_t count = from.size(0);
    const Tensor chosen = weights.argsort(/*dim=*/0, /*descending=*/true).index_select(0, choices.flatten());
    const auto of_samples = [&](const Tensor& x) { return x.index_select(0, chosen).unflatten(0, {samples, -1}); };
    const Tensor fits = homographies(of_samples(from), of_samples(to), of_samples(weights));
    const Tensor points = at::cat({from, at::ones({count, 1}, from.options())}, 1);
    const Tensor projected = at::matmul(points, fits.transpose(1, 2));  // [samples, points, 3]
    const Tensor errors = (projected.slice(2, 0, 2) / projected.slice(2, 2) - to).square().sum(-1).sqrt();
    const Tensor agree = errors < largest_error;
    const int64_t best = (agree * weights).sum(1).argmax().item<int64_t>();
    const Tensor inliers = agree[best].nonzero().squeeze(1);
    if (inliers.size(0) < 4) return at::eye(3, from.options());
    const auto of_inliers = [&](const Tensor& x) { return x.index_select(0, inliers); };
    Tensor order = of_inliers(weights).argsort(0, /*descending=*/true);
    if (order.size(0) > most_points) {
        const auto kept = std::max(static_cast<int64_t>(static_cast<double>(order.size(0)) * 0.95), most_points);
        order = order.narrow(0, 0, kept).index_select(0, at::randperm(kept, at::kLong).narrow(0, 0, most_points));
    }
    const auto fit_part = [&](const Tensor& x) { return of_inliers(x).index_select(0, order).unsqueeze(0); };
    return homographies(fit_part(from), fit_part(to), fit_part(weights)).squeeze(0);
}

struct Decomposition {
    Tensor rotation, lower;  // [3, 3] each; their product is the matrix
};
Decomposition orthogonal_and_lower(const Tensor& matrix) {
    const auto [q, r] = at::linalg_qr(matrix.flip(1));
    const Tensor lower = r.flip({0, 1}), signs = lower.diagonal().sign();
    return {.rotation = q.flip(1) * signs, .lower = lower * signs.unsqueeze(1)};
}

// Directions [points, 3] by their third part; those that are nearly level stay, and count for nothing.
Tensor on_plane(const Tensor& directions, const Tensor& is_usable) {
    const Tensor xy = directions.slice(1, 0, 2);
    return at::where(is_usable.unsqueeze(1), xy / directions.slice(1, 2), xy);
}

}  // namespace

Cameras cameras_of_poses(const Tensor& encoding, int64_t height, int64_t width) {
    const Tensor raw = encoding.slice(1, 3, 7);
    const Tensor rotation = rotation_of(raw / raw.norm(2, -1, /*keepdim=*/true).clamp_min(1e-6));
    const auto focal = [&](int64_t field, int64_t length) {
        return static_cast<double>(length) / 2.0 / (encoding.select(1, field) / 2.0).tan().clamp_min(1e-6);
    };
    const Tensor fx = focal(8, width), fy = focal(7, height);
    return {.extrinsics = inverted(rotation, encoding.slice(1, 0, 3)),
            .intrinsics = intrinsics_of(fx, fy, at::full_like(fx, static_cast<double>(width) / 2.0),
                                        at::full_like(fy, static_cast<double>(height) / 2.0))};
}

Cameras cameras_of_rays(const Tensor& rays, const Tensor& confidence, int64_t height, int64_t width) {
    const int64_t rows = rays.size(1), columns = rays.size(2);
    const auto centres = [&](int64_t count) {
        const double edge = 1.0 - 1.0 / static_cast<double>(count);
        return at::linspace(-edge, edge, count, rays.options());
    };
    const Tensor plane =
        at::stack({centres(columns).expand({rows, columns}), centres(rows).unsqueeze(1).expand({rows, columns})}, -1)
            .view({-1, 2});
    const int64_t candidates =
        std::max(points_of_sample, static_cast<int64_t>(static_cast<double>(rows * columns) * sampled_share));
    std::vector<Tensor> drawn;
    for (int64_t i = 0; i < samples; ++i)
        drawn.push_back(at::randperm(candidates, at::kLong).narrow(0, 0, points_of_sample));
    const Tensor choices = at::stack(drawn);

    std::vector<Tensor> rotations, translations, fx, fy, cx, cy;
    for (int64_t view = 0; view < rays.size(0); ++view) {
        const Tensor own = rays[view].reshape({-1, 6}), belief = confidence[view].flatten();
        const Tensor directions = own.slice(1, 0, 3);
        const Tensor is_usable = directions.select(1, 2).abs() > 1e-4;
        Tensor h = robust_homography(plane, on_plane(directions, is_usable), belief * is_usable, choices);
        if (at::linalg_det(h).item<double>() < 0) h = -h;
        const auto [rotation, lower] = orthogonal_and_lower(h);
        const Tensor scaled = lower / lower[2][2];
        rotations.push_back(rotation);
        translations.push_back((own.slice(1, 3) * belief.unsqueeze(1)).sum(0) / belief.sum());
        fx.push_back(static_cast<double>(width) / 2.0 / scaled[0][0]);
        fy.push_back(static_cast<double>(height) / 2.0 / scaled[1][1]);
        cx.push_back((scaled[2][0] + 1.0) * static_cast<double>(width) * 0.5);
        cy.push_back((scaled[2][1] + 1.0) * static_cast<double>(height) * 0.5);
    }
    return {.extrinsics = inverted(at::stack(rotations), at::stack(translations)),
            .intrinsics = intrinsics_of(at::stack(fx), at::stack(fy), at::stack(cx), at::stack(cy))};
}

}  // namespace easel::inference
