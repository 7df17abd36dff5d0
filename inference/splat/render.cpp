#include "inference/splat/render.hpp"

#include "inference/splat/quaternions.hpp"
#include "inference/splat/rasterizer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel::inference {
namespace {

constexpr double nearest = 1e-2;  // depth from which Gaussians are seen
constexpr int64_t splats_to_a_slab = 1000;
constexpr int64_t most_slabs = 256;

Tensor to_linear(const Tensor& color) {
    return at::where(color <= 0.04045, color / 12.92, ((color.clamp_min(0) + 0.055) / 1.055).pow(2.4));
}

Tensor from_linear(const Tensor& color) {
    return at::where(color <= 0.0031308, color * 12.92, 1.055 * color.clamp_min(0).pow(1 / 2.4) - 0.055);
}

// The Gaussians in front of the camera, in its frame.
struct Scene {
    Tensor mean;        // [n, 3]
    Tensor covariance;  // [n, 3, 3]
    Tensor normal;      // [n, 3]: the thinnest axis, towards the camera
    Tensor color;       // [n, 3]
    Tensor opacity;     // [n]
};

Scene scene_of(const Splat& splat, const CameraFrame& frame, const SplatRendering& settings) {
    const Tensor mean = at::matmul(splat.positions - frame.eye, frame.axes.t());
    const Tensor kept = mean.select(1, 2) > nearest;
    const Splat seen = selected(splat, kept);
    const Tensor scales = seen.scales * settings.splat_scale;
    const Tensor axes = at::matmul(frame.axes.unsqueeze(0), rotation_matrices(seen.rotations));  // columns

    Scene scene{.mean = mean.index({kept}),
                .covariance = {},
                .normal = {},
                .color = base_colors(seen),
                .opacity = seen.opacities.reshape({-1})};
    scene.covariance = at::matmul(axes * scales.square().unsqueeze(1), axes.transpose(1, 2));
    // A thousandth of the mean variance, so that flat ones have an inverse.
    const Tensor variance = scene.covariance.diagonal(0, -2, -1).mean(-1) * 1e-3;
    scene.covariance = scene.covariance + variance.unsqueeze(-1).unsqueeze(-1) * at::eye(3);
    const Tensor thinnest = scales.argmin(-1).view({-1, 1, 1}).expand({-1, 3, 1});
    const Tensor normal = axes.gather(2, thinnest).squeeze(-1);
    scene.normal = normal * at::where(normal.slice(1, 2, 3) > 0, -1.0f, 1.0f);
    if (settings.style == SplatStyle::clay) scene.color = at::full_like(scene.color, 0.75);
    if (settings.style == SplatStyle::color) scene.color = to_linear(scene.color);
    return scene;
}

struct Projection {
    Tensor x, y;    // [n], pixels
    Tensor radius;  // [n], pixels: three standard deviations along the longer axis
};

Projection projected(const Scene& scene, const Screen& screen) {
    const auto parts = scene.mean.unbind(-1);
    const auto scale = static_cast<double>(screen.scale);
    const double middle_x = static_cast<double>(screen.width) / 2, middle_y = static_cast<double>(screen.height) / 2;
    Projection result;
    const Tensor jacobian = at::zeros({scene.mean.size(0), 2, 3});
    const auto derivative = [&](int64_t row, int64_t column) { return jacobian.select(1, row).select(1, column); };
    if (screen.is_orthographic) {
        result.x = middle_x + scale * parts[0];
        result.y = middle_y + scale * parts[1];
        derivative(0, 0).fill_(scale);
        derivative(1, 1).fill_(scale);
    } else {
        const Tensor inverse = parts[2].reciprocal();
        result.x = middle_x + scale * parts[0] * inverse;
        result.y = middle_y + scale * parts[1] * inverse;
        for (int64_t axis = 0; axis < 2; ++axis) {
            derivative(axis, axis).copy_(scale * inverse);
            derivative(axis, 2).copy_(-scale * parts[static_cast<std::size_t>(axis)] * inverse.square());
        }
    }
    const Tensor covariance = at::matmul(at::matmul(jacobian, scene.covariance), jacobian.transpose(1, 2));
    const auto entry = [&](int64_t row, int64_t column) { return covariance.select(1, row).select(1, column); };
    const Tensor half = (entry(0, 0) - entry(1, 1)) * 0.5;
    const Tensor spread = (half.square() + entry(0, 1) * entry(0, 1)).clamp_min(0).sqrt();
    result.radius = 3.0 * ((entry(0, 0) + entry(1, 1)) * 0.5 + spread).clamp_min(1e-8).sqrt();
    return result;
}

// How far Gaussians may reach to each side, in pixels: a few sizes of windows, the last one for all larger ones.
std::vector<int64_t> reaches(const Tensor& radius, const Screen& screen) {
    const auto usual = static_cast<int64_t>(std::ceil(approximate_quantile(radius, 0.995).item<float>()));
    const int64_t most =
        std::min(std::max<int64_t>(24, std::min(screen.width, screen.height) / 16), std::max<int64_t>(2, usual));
    std::vector<int64_t> sizes;
    for (const int64_t size : {16, 64, 256})
        if (size < most) sizes.push_back(size);
    sizes.push_back(most);
    return sizes;
}

// Front to back in slabs of equally many, those with small windows first in each.
struct Arrangement {
    Tensor order;                // [n]
    std::vector<int64_t> slabs;  // as `composited` wants them
};

Arrangement arranged(const Tensor& depth, const Tensor& window, int64_t windows) {
    const int64_t count = depth.size(0), slabs = std::clamp<int64_t>(count / splats_to_a_slab, 1, most_slabs);
    const Tensor bounds = at::linspace(0, static_cast<double>(count), slabs + 1).round().to(at::kLong);
    const Tensor by_depth = depth.argsort();
    const Tensor rank = at::empty({count}, at::kLong);
    rank.index_put_({by_depth}, at::arange(count, at::kLong));
    const Tensor slab = (at::searchsorted(bounds, rank, /*out_int32=*/false, /*right=*/true) - 1).clamp(0, slabs - 1);
    Arrangement result{.order = (slab * windows + window).argsort(), .slabs = {}};
    const auto* starts = bounds.const_data_ptr<int64_t>();
    result.slabs.assign(starts, starts + slabs + 1);
    return result;
}

std::vector<Footprint> footprints_of(const Scene& scene, const Projection& projection, const Tensor& window,
                                     const std::vector<int64_t>& sizes, const Tensor& order) {
    const Tensor inverse = at::linalg_inv(scene.covariance);
    const Tensor weighted = at::matmul(inverse, scene.mean.unsqueeze(-1)).squeeze(-1);
    const Tensor squared = (scene.mean * weighted).sum(-1);
    // One row of numbers for each, in order.
    const Tensor rows =
        at::cat({projection.x.round().unsqueeze(1), projection.y.round().unsqueeze(1), inverse.flatten(1), scene.mean,
                 weighted, squared.unsqueeze(1), scene.opacity.unsqueeze(1), scene.color, scene.normal},
                1)
            .index_select(0, order)
            .contiguous();
    const Tensor windows = window.index_select(0, order).contiguous();
    const auto* chosen = windows.const_data_ptr<int64_t>();
    const float* row = rows.const_data_ptr<float>();
    std::vector<Footprint> footprints;
    footprints.reserve(static_cast<std::size_t>(rows.size(0)));
    for (int64_t i = 0; i < rows.size(0); ++i, row += rows.size(1))
        footprints.push_back({.x = row[0],
                              .y = row[1],
                              .reach = sizes[static_cast<std::size_t>(chosen[i])],
                              .xx = row[2],
                              .yy = row[6],
                              .zz = row[10],
                              .xy2 = row[3] * 2,
                              .xz2 = row[4] * 2,
                              .yz2 = row[7] * 2,
                              .center = {row[11], row[12], row[13]},
                              .weighted = {row[14], row[15], row[16]},
                              .squared = row[17],
                              .opacity = row[18],
                              .color = {row[19], row[20], row[21]},
                              .normal = {row[22], row[23], row[24]}});
    return footprints;
}

// Over the rows and columns of [1, channels, height, width]; zeros lie around.
Tensor blurred(const Tensor& planes, double sigma) {
    const auto reach = static_cast<int64_t>(std::max(1.0, std::nearbyint(3 * sigma)));
    const Tensor places = at::arange(-reach, reach + 1, at::kFloat);
    Tensor kernel = (-0.5 * (places / sigma).square()).exp();
    kernel = kernel / kernel.sum();
    const int64_t channels = planes.size(1);
    const Tensor across = kernel.view({1, 1, 1, -1}).expand({channels, 1, 1, -1});
    const Tensor down = kernel.view({1, 1, -1, 1}).expand({channels, 1, -1, 1});
    const Tensor rows = at::conv2d(planes, across, {}, 1, at::IntArrayRef{0, reach}, 1, channels);
    return at::conv2d(rows, down, {}, 1, at::IntArrayRef{reach, 0}, 1, channels);
}

// [height, width, 3], smoothed since those of single Gaussians differ widely.
Tensor surface_normals(const Composite& composite, const Tensor& coverage) {
    const Tensor sums = blurred(composite.normal.permute({2, 0, 1}).unsqueeze(0), 1.2);
    const Tensor weights = blurred(coverage.unsqueeze(0).unsqueeze(0), 1.2);
    const Tensor normals = (sums / weights.clamp_min(1e-6))[0].permute({1, 2, 0});
    return normals / normals.norm(2, -1, true).clamp_min(1e-6);
}

Tensor depth_picture(const Composite& composite, const Tensor& coverage) {
    const Tensor depth = composite.depth / coverage.clamp_min(1e-6), inside = coverage > 0.5;
    Tensor brightness = at::zeros_like(depth);
    if (inside.any().item<bool>()) {
        const Tensor seen = depth.index({inside}), far = seen.max();
        brightness = at::where(inside, ((far - depth) / (far - seen.min()).clamp_min(1e-6)).clamp(0, 1), brightness);
    }
    return brightness.unsqueeze(-1).expand({-1, -1, 3});
}

Tensor normal_picture(const Composite& composite, const Tensor& coverage) {
    const Tensor axes = at::tensor({1.0f, -1.0f, -1.0f});
    const Tensor colors = (surface_normals(composite, coverage) * axes * 0.5 + 0.5).clamp(0, 1);
    return colors * (coverage > 0.5).unsqueeze(-1);
}

// How bright surfaces are, [height, width, 1].
Tensor clay_light(const Tensor& normals) {
    const Tensor from = at::tensor({-0.4f, -0.7f, -0.6f});  // up, left and behind the viewer
    const Tensor facing = (0.5 * (normals * (from / from.norm())).sum(-1) + 0.5).clamp(0, 1);
    return (0.35 + 0.65 * facing * facing).unsqueeze(-1);
}

Tensor headlight(const Tensor& normals, double strength) {
    const Tensor facing = (-normals.select(-1, 2)).clamp(0, 1);
    return (1 - 0.6 * strength + 0.6 * strength * facing).unsqueeze(-1);
}

Tensor picture_of(const Composite& composite, const SplatRendering& settings) {
    const Tensor coverage = 1 - composite.transmittance;
    if (settings.style == SplatStyle::depth) return depth_picture(composite, coverage);
    if (settings.style == SplatStyle::normal) return normal_picture(composite, coverage);
    const bool is_linear = settings.style == SplatStyle::color;
    Tensor picture = composite.color;
    if (!is_linear)
        picture = picture * clay_light(surface_normals(composite, coverage));
    else if (settings.headlight > 0)
        picture = picture * headlight(surface_normals(composite, coverage), settings.headlight);
    const Tensor behind = is_linear ? to_linear(settings.background) : settings.background;
    picture = at::addcmul(picture, composite.transmittance.unsqueeze(-1), behind);
    return is_linear ? from_linear(picture) : picture;
}

SplatPicture nothing_seen(const SplatRendering& settings) {
    const Tensor black = at::zeros({settings.height, settings.width, 3});
    return {.pixels = settings.style == SplatStyle::color ? black + settings.background : black,
            .coverage = at::zeros({settings.height, settings.width})};
}

}  // namespace

SplatPicture rendered(const Splat& splat, const Camera& camera, const SplatRendering& settings) {
    if (splat.count() == 0) return nothing_seen(settings);
    const CameraFrame frame = frame_of(camera);
    const Scene scene = scene_of(splat, frame, settings);
    if (scene.mean.size(0) == 0) return nothing_seen(settings);

    const double half_side = static_cast<double>(std::min(settings.width, settings.height)) / 2;
    double scale = half_side / std::tan(camera.fov * std::numbers::pi / 180.0 / 2) * camera.zoom;
    if (camera.is_orthographic)
        scale /= static_cast<double>((frame.target - frame.eye).norm().clamp_min(1e-6).item<float>());
    const Screen screen{.width = settings.width,
                        .height = settings.height,
                        .scale = static_cast<float>(scale),
                        .is_orthographic = camera.is_orthographic,
                        .sharpen = settings.sharpen};

    const Projection projection = projected(scene, screen);
    const std::vector<int64_t> sizes = reaches(projection.radius, screen);
    const auto last = static_cast<int64_t>(sizes.size()) - 1;
    const Tensor window =
        at::bucketize(projection.radius * (4.0 / 3.0), at::tensor(sizes).to(at::kFloat)).clamp(0, last);
    const Arrangement arrangement = arranged(scene.mean.select(1, 2).contiguous(), window, last + 1);
    const Composite composite =
        composited(footprints_of(scene, projection, window, sizes, arrangement.order), arrangement.slabs, screen);
    return {.pixels = picture_of(composite, settings).clamp(0, 1),
            .coverage = (1 - composite.transmittance).clamp(0, 1)};
}

}  // namespace easel::inference
