#include "inference/mesh/render.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace easel::inference {
namespace {

using Vector = std::array<float, 3>;

constexpr float nearest = 1e-5f;  // hits closer to the eye do not count
constexpr double default_field_of_view = 40.0 * std::numbers::pi / 180.0;

Tensor unit_vectors(const Tensor& x) { return x / x.norm(2, -1, /*keepdim=*/true).clamp_min(1e-6); }

Tensor row_products(const Tensor& a, const Tensor& b) { return (a * b).sum(-1); }

Vector vector_of(const Tensor& x) { return {x[0].item<float>(), x[1].item<float>(), x[2].item<float>()}; }

Vector minus(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
float dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector cross(const Vector& a, const Vector& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

// How far along `direction` from `eye` the triangle is met; infinite where it is not. (Möller and Trumbore 1997)
float distance_to(const std::array<Vector, 3>& corners, const Vector& eye, const Vector& direction) {
    constexpr float none = std::numeric_limits<float>::infinity(), least = 1e-20f;
    const Vector first = minus(corners[1], corners[0]), second = minus(corners[2], corners[0]);
    const Vector p = cross(direction, second);
    const float determinant = dot(first, p);
    if (std::abs(determinant) <= least) return none;
    const float scale = 1.0f / determinant;
    const Vector from_corner = minus(eye, corners[0]);
    const float u = dot(from_corner, p) * scale;
    const Vector q = cross(from_corner, first);
    const float v = dot(direction, q) * scale, distance = dot(second, q) * scale;
    return u >= 0.0f && v >= 0.0f && u + v <= 1.0f && distance > nearest ? distance : none;
}

// The picture's plane, a unit in front of the eye.
struct PicturePlane {
    int64_t width, height;
    double half_width, half_height;

    PicturePlane(const Camera& camera, int64_t width_, int64_t height_)
        : width(width_), height(height_),
          half_width(std::tan(0.5 * camera.field_of_view) * static_cast<double>(width_) / static_cast<double>(height_)),
          half_height(std::tan(0.5 * camera.field_of_view)) {}

    // Directions of the rays through the middles of the pixels, [height, width, 3] of length 1.
    Tensor rays(const Camera& camera) const {
        const auto middles = [](int64_t count) {
            return (at::arange(count, at::kFloat) + 0.5) / static_cast<double>(count) * 2.0;
        };
        const Tensor across = ((middles(width) - 1.0) * half_width).view({1, width, 1});
        const Tensor upwards = ((1.0 - middles(height)) * half_height).view({height, 1, 1});
        return unit_vectors(camera.right * across + camera.up * upwards + camera.forward);
    }
};

struct Box {
    int64_t first_row, last_row, first_column, last_column;
};

// Pixels that a triangle may cover; an empty box where it lies behind the eye.
Box covered(const std::array<Vector, 3>& corners, const std::array<Vector, 3>& axes, const Vector& eye,
            const PicturePlane& plane) {
    constexpr float behind = 1e-6f;
    double low_x = 1e30, high_x = -1e30, low_y = 1e30, high_y = -1e30;
    int in_front = 0;
    for (const Vector& corner : corners) {
        const Vector place = minus(corner, eye);
        const float depth = dot(place, axes[2]);
        if (depth <= behind) continue;
        ++in_front;
        const double x = static_cast<double>(dot(place, axes[0]) / depth) / plane.half_width;
        const double y = static_cast<double>(dot(place, axes[1]) / depth) / plane.half_height;
        low_x = std::min(low_x, x);
        high_x = std::max(high_x, x);
        low_y = std::min(low_y, y);
        high_y = std::max(high_y, y);
    }
    if (in_front == 0) return {0, -1, 0, -1};
    if (in_front < 3) return {0, plane.height - 1, 0, plane.width - 1};
    // With a pixel more on each side, against rounding.
    const auto pixel = [](double share, int64_t count, double margin) {
        const double place = share * static_cast<double>(count) - 0.5 + margin;
        return static_cast<int64_t>(std::clamp(place, -1.0, static_cast<double>(count)));
    };
    return {std::max<int64_t>(pixel((1.0 - high_y) / 2.0, plane.height, -1.0), 0),
            std::min(pixel((1.0 - low_y) / 2.0, plane.height, 2.0), plane.height - 1),
            std::max<int64_t>(pixel((low_x + 1.0) / 2.0, plane.width, -1.0), 0),
            std::min(pixel((high_x + 1.0) / 2.0, plane.width, 2.0), plane.width - 1)};
}

struct Hits {
    Tensor distances;  // [pixels], infinite where nothing is hit
    Tensor faces;      // [pixels]
};

Hits first_hits(const Mesh& mesh, const Camera& camera, const Tensor& rays, const PicturePlane& plane) {
    Hits hits{.distances = at::full({plane.height * plane.width}, std::numeric_limits<float>::infinity(), at::kFloat),
              .faces = at::zeros({plane.height * plane.width}, at::kLong)};
    auto* distances = hits.distances.mutable_data_ptr<float>();
    auto* faces = hits.faces.mutable_data_ptr<int64_t>();
    const auto direction = rays.accessor<float, 3>();
    const Tensor places = mesh.vertices.index_select(0, mesh.faces.flatten()).view({-1, 3, 3}).contiguous();
    const auto place = places.accessor<float, 3>();
    const Vector eye = vector_of(camera.eye);
    const std::array axes{vector_of(camera.right), vector_of(camera.up), vector_of(camera.forward)};
    for (int64_t face = 0; face < places.size(0); ++face) {
        std::array<Vector, 3> corners;
        for (int64_t k = 0; k < 3; ++k)
            corners[static_cast<std::size_t>(k)] = {place[face][k][0], place[face][k][1], place[face][k][2]};
        const Box box = covered(corners, axes, eye, plane);
        for (int64_t row = box.first_row; row <= box.last_row; ++row)
            for (int64_t column = box.first_column; column <= box.last_column; ++column) {
                const auto ray = direction[row][column];
                const float distance = distance_to(corners, eye, {ray[0], ray[1], ray[2]});
                const int64_t pixel = row * plane.width + column;
                if (distance >= distances[pixel]) continue;
                distances[pixel] = distance;
                faces[pixel] = face;
            }
    }
    return hits;
}

// Where rays met the surface.
struct Met {
    const Camera& camera;
    Tensor rays;       // [hits, 3]
    Tensor distances;  // [hits]
    Tensor corners;    // [hits, 3], vertices of the face
    Tensor triangles;  // [hits, 3, 3]

    // What vertices have, `values` [n, k], at the places: [hits, k].
    Tensor at_places(const Tensor& values) const {
        const Tensor a = triangles.select(1, 0), side1 = triangles.select(1, 1) - a, side2 = triangles.select(1, 2) - a;
        const Tensor place = camera.eye + distances.unsqueeze(1) * rays - a;
        const Tensor d11 = row_products(side1, side1), d12 = row_products(side1, side2),
                     d22 = row_products(side2, side2);
        const Tensor p1 = row_products(place, side1), p2 = row_products(place, side2);
        Tensor area = d11 * d22 - d12 * d12;
        area = area.masked_fill(area.abs() < 1e-20, 1e-20);
        const Tensor v = (d22 * p1 - d12 * p2) / area, w = (d11 * p2 - d12 * p1) / area;
        const Tensor shares = at::stack({1.0 - v - w, v, w}, -1).unsqueeze(2);
        return (shares * values.index_select(0, corners.flatten()).view({corners.size(0), 3, -1})).sum(1);
    }
    Tensor face_normals() const {
        const Tensor a = triangles.select(1, 0);
        return unit_vectors(at::linalg_cross(triangles.select(1, 1) - a, triangles.select(1, 2) - a));
    }
};

Tensor texture_at(const Tensor& texture, const Tensor& uvs) {
    const Tensor grid = (uvs * 2.0 - 1.0).view({1, 1, -1, 2});
    constexpr int64_t bilinear = 0, to_border = 1;
    const Tensor picked = at::grid_sampler(texture.permute({2, 0, 1}).unsqueeze(0).to(at::kFloat), grid, bilinear,
                                           to_border, /*align_corners=*/false);
    return picked[0].select(1, 0).t();
}

Tensor normals_at(const Met& met, const Mesh& mesh) {
    Tensor normals;
    if (mesh.normals.defined()) {
        normals = unit_vectors(met.at_places(mesh.normals.to(at::kFloat)));
    } else {
        normals = met.face_normals();  // of which the side towards the camera counts
        const Tensor turned = (row_products(normals, -met.rays) < 0).unsqueeze(1);
        normals = at::where(turned, -normals, normals);
    }
    const Camera& camera = met.camera;
    const Tensor seen = at::stack(
        {row_products(normals, camera.right), row_products(normals, camera.up), row_products(normals, -camera.forward)},
        -1);
    return (seen * 0.5 + 0.5).clamp(0, 1);
}

Tensor colors_at(const Met& met, const Mesh& mesh, Look look) {
    if (look == Look::normals) return normals_at(met, mesh);
    if (look == Look::depth) {
        const double farthest = met.distances.max().item<double>();
        const double range = std::max(farthest - met.distances.min().item<double>(), 1e-6);
        return ((farthest - met.distances) / range).clamp(0, 1).unsqueeze(1).expand({-1, 3});
    }
    if (look == Look::texture && mesh.texture.defined() && mesh.uvs.defined())
        return texture_at(mesh.texture, met.at_places(mesh.uvs.to(at::kFloat)));
    if (look == Look::colors && mesh.colors.defined())
        return met.at_places(mesh.colors.narrow(1, 0, 3).to(at::kFloat).clamp(0, 1).pow(1.0 / 2.2));
    constexpr double grey = 0.72, darkest = 0.15;
    const Tensor facing = row_products(met.face_normals(), -met.rays).abs().clamp(darkest, 1.0);
    return (grey * facing).unsqueeze(1).expand({-1, 3});
}

Tensor rotation_of(const std::array<double, 4>& quaternion) {
    const auto [x, y, z, w] = quaternion;
    return at::tensor({1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),  //
                       2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),  //
                       2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)},
                      at::kDouble)
        .to(at::kFloat)
        .view({3, 3});
}

}  // namespace

Mesh placed(const Mesh& mesh, const Placement& placement) {
    const auto row = [](const std::array<double, 3>& values) { return at::tensor(values, at::kDouble).to(at::kFloat); };
    const Tensor rotation = rotation_of(placement.rotation).t(), scale = row(placement.scale);
    Mesh result = mesh;
    result.vertices = at::matmul(mesh.vertices.to(at::kFloat) * scale, rotation) + row(placement.position);
    if (mesh.normals.defined())
        result.normals = unit_vectors(at::matmul(mesh.normals.to(at::kFloat) / scale, rotation));
    return result;
}

Tensor middle_of(const Mesh& mesh) { return (mesh.vertices.amax(0) + mesh.vertices.amin(0)) * 0.5; }

Camera Camera::looking_at(const Tensor& eye, const Tensor& target, double field_of_view) {
    constexpr double steep = 0.99;
    const Tensor forward = unit_vectors(target - eye);
    const bool is_steep = std::abs(forward[1].item<double>()) >= steep;
    const Tensor upright = at::tensor({0.0f, is_steep ? 0.0f : 1.0f, is_steep ? 1.0f : 0.0f});
    const Tensor right = unit_vectors(at::linalg_cross(forward, upright));
    return {.eye = eye,
            .forward = forward,
            .right = right,
            .up = at::linalg_cross(right, forward),
            .field_of_view = field_of_view};
}

Camera Camera::in_front_of(const Mesh& mesh) {
    constexpr double room = 1.04;
    const Tensor middle = middle_of(mesh);
    const double radius = (mesh.vertices - middle).norm(2, -1).amax().clamp_min(1e-6).item<double>();
    const double distance = radius / std::tan(default_field_of_view * 0.5) * room;
    return looking_at(middle + at::tensor({0.0f, 0.0f, 1.0f}) * distance, middle, default_field_of_view);
}

Rendering rendered(const Mesh& mesh, const Camera& camera, Look look, int64_t width, int64_t height) {
    const PicturePlane plane(camera, width, height);
    const Tensor rays = plane.rays(camera).contiguous();
    const Hits hits = first_hits(mesh, camera, rays, plane);
    const Tensor is_hit = hits.distances.isfinite();
    Tensor picture = at::zeros({height * width, 3}, at::kFloat);
    const Tensor pixels = is_hit.nonzero().flatten();
    if (pixels.size(0) > 0) {
        const Tensor corners = mesh.faces.index_select(0, hits.faces.index_select(0, pixels));
        const Met met{.camera = camera,
                      .rays = rays.view({-1, 3}).index_select(0, pixels),
                      .distances = hits.distances.index_select(0, pixels),
                      .corners = corners,
                      .triangles = mesh.vertices.index_select(0, corners.flatten()).view({-1, 3, 3})};
        picture.index_copy_(0, pixels, colors_at(met, mesh, look).narrow(1, 0, 3).clamp(0, 1).contiguous());
    }
    return {.picture = picture.view({height, width, 3}), .is_hit = is_hit.view({height, width})};
}

}  // namespace easel::inference
