#include "inference/splat/camera.hpp"

#include "inference/splat/quaternions.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel::inference {
namespace {

constexpr int64_t most_quantile_values = 1 << 24;  // that at::quantile takes

double radians(double degrees) { return degrees * std::numbers::pi / 180.0; }

Tensor vector_of(std::initializer_list<double> values) {
    return at::tensor(at::ArrayRef<double>(values), at::kDouble).to(at::kFloat);
}

Tensor unit(const Tensor& vector) { return vector / vector.norm().clamp_min(1e-8); }

// Between the frames of viewports and splats, either way.
Tensor flipped(const Tensor& vector) { return vector * vector_of({1, -1, -1}); }

// The rows are the axes of a camera in the splat's frame that orbits without roll.
Tensor orbit_axes(double yaw, double pitch) {
    const double cy = std::cos(radians(yaw)), sy = std::sin(radians(yaw));
    const double cp = std::cos(radians(pitch)), sp = std::sin(radians(pitch));
    const Tensor about_y = vector_of({cy, 0, sy, 0, 1, 0, -sy, 0, cy}).view({3, 3});
    const Tensor about_x = vector_of({1, 0, 0, 0, cp, -sp, 0, sp, cp}).view({3, 3});
    return at::matmul(about_x, about_y);
}

Tensor upright_rotation(const Tensor& position, const Tensor& target) {
    const Tensor back = unit(position - target);
    const bool is_vertical = std::abs(back.dot(vector_of({0, 1, 0})).item<float>()) > 0.999f;
    const Tensor right = unit(at::linalg_cross(is_vertical ? vector_of({0, 0, 1}) : vector_of({0, 1, 0}), back));
    return quaternions_of(at::stack({right, at::linalg_cross(back, right), back}, 1).unsqueeze(0))[0];
}

}  // namespace

Camera looking_at(const Tensor& position, const Tensor& target, double roll) {
    Camera camera{.position = position, .target = target, .rotation = upright_rotation(position, target)};
    if (roll != 0) {
        const double half = radians(roll) / 2;
        camera.rotation = quaternion_product(camera.rotation, vector_of({std::cos(half), 0, 0, std::sin(half)}));
    }
    return camera;
}

Camera turned_by(const Tensor& position, const Tensor& rotation) {
    const Tensor whole = unit(rotation);
    const Tensor back = rotation_matrices(whole.unsqueeze(0))[0].select(1, 2);
    return {.position = position, .target = position - back, .rotation = whole};
}

Camera orbiting(const Tensor& pivot, double yaw, double pitch, double distance) {
    const double cp = std::cos(radians(pitch));
    const Tensor forward =
        vector_of({-cp * std::sin(radians(yaw)), std::sin(radians(pitch)), cp * std::cos(radians(yaw))});
    return looking_at(flipped(pivot - distance * forward), flipped(pivot));
}

Camera carried_around(const Camera& camera, double degrees) {
    const double angle = radians(degrees), c = std::cos(angle), s = std::sin(angle);
    const Tensor about_y = vector_of({c, 0, s, 0, 1, 0, -s, 0, c}).view({3, 3});
    Camera carried = camera;
    carried.position = camera.target + at::matmul(about_y, camera.position - camera.target);
    const Tensor rotation = camera.rotation.defined() ? camera.rotation : vector_of({1, 0, 0, 0});
    carried.rotation = quaternion_product(vector_of({std::cos(angle / 2), 0, std::sin(angle / 2), 0}), rotation);
    return carried;
}

Camera framing(const Tensor& positions) {
    constexpr double fov = 35.0, share = 0.9;
    const bool is_empty = positions.size(0) == 0;
    const Tensor center = is_empty ? at::zeros({3}) : positions.mean(0);
    const Tensor extent =
        is_empty ? at::ones({}) : approximate_quantile((positions - center).norm(2, -1), 0.99).clamp_min(1e-4);
    const float distance = (extent / (std::tan(radians(fov) / 2) * share)).item<float>();
    return orbiting(center, 35.0, 30.0, static_cast<double>(distance));
}

CameraFrame frame_of(const Camera& camera) {
    const Tensor eye = flipped(camera.position), target = flipped(camera.target);
    if (camera.rotation.defined()) {
        const Tensor matrix = rotation_matrices(camera.rotation.unsqueeze(0))[0];
        return {.eye = eye,
                .target = target,
                .axes = at::stack({unit(flipped(matrix.select(1, 0))), unit(flipped(-matrix.select(1, 1))),
                                   unit(flipped(-matrix.select(1, 2)))})};
    }
    const Tensor forward = unit(target - eye);
    const auto part = [&](int64_t axis) { return static_cast<double>(forward[axis].item<float>()); };
    const double yaw = std::atan2(-part(0), part(2)), pitch = std::asin(std::clamp(part(1), -1.0, 1.0));
    const double to_degrees = 180.0 / std::numbers::pi;
    return {.eye = eye, .target = target, .axes = orbit_axes(yaw * to_degrees, pitch * to_degrees)};
}

Tensor approximate_quantile(const Tensor& values, double q) {
    const int64_t count = values.numel();
    return at::quantile(
        count > most_quantile_values ? values.slice(0, 0, count, count / most_quantile_values + 1) : values, q);
}

}  // namespace easel::inference
