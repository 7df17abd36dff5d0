#include "inference/models/wan/camera.hpp"

#include "base/error.hpp"
#include "inference/layers/frames.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace easel::inference::wan {
namespace {

constexpr int64_t poses_together = 4;
// How far the camera goes in a whole video, and how far it turns.
constexpr double distance = 1.5, turn = std::numbers::pi / 3;
// The pictures that the focal lengths are meant for.
constexpr double trained_width = 1280, trained_height = 720;

struct Motion {
    std::array<double, 3> direction;
    double roll;
};

constexpr std::array<Motion, camera_moves.size()> motions{{
    {{0, 0, 0}, 0},
    {{0, -1, 0}, 0},
    {{0, 1, 0}, 0},
    {{-1, 0, 0}, 0},
    {{1, 0, 0}, 0},
    {{0, 0, 2}, 0},
    {{0, 0, -2}, 0},
    {{0, 0, 0}, -1},
    {{0, 0, 0}, 1},
}};

// Where the camera stands and how it is turned at each frame: [frames, 3, 4], as seen from the first one.
Tensor poses(const Motion& motion, double speed, int64_t frames) {
    const Tensor poses = at::zeros({frames, 3, 4}, at::kDouble);
    auto at = poses.accessor<double, 3>();
    for (int64_t frame = 0; frame < frames; ++frame) {
        const double part = static_cast<double>(frame) / static_cast<double>(frames) * speed;
        const double angle = part * turn * motion.roll;
        at[frame][0][0] = at[frame][1][1] = std::cos(angle);
        at[frame][0][1] = -std::sin(angle);
        at[frame][1][0] = std::sin(angle);
        at[frame][2][2] = 1;
        for (int64_t axis = 0; axis < 3; ++axis)
            at[frame][axis][3] = part * distance * motion.direction[static_cast<std::size_t>(axis)];
    }
    return poses.to(at::kFloat);
}

// The direction of the ray through the middle of each pixel, of length one: [height * width, 3].
Tensor directions(Lens lens, int64_t width, int64_t height) {
    const double w = static_cast<double>(width), h = static_cast<double>(height);
    constexpr double trained_ratio = trained_width / trained_height;
    if (trained_ratio > w / h)
        lens.fx = h * trained_ratio * lens.fx / w;
    else
        lens.fy = w / trained_ratio * lens.fy / h;
    const auto along = [](int64_t count, double centre, double focus) {
        const Tensor middle = at::arange(count, at::kFloat) + 0.5;
        return (middle - at::scalar_tensor(centre, at::kFloat)) / at::scalar_tensor(focus, at::kFloat);
    };
    const Tensor x = along(width, lens.cx * w, lens.fx * w).expand({height, width});
    const Tensor y = along(height, lens.cy * h, lens.fy * h).unsqueeze(1).expand({height, width});
    const Tensor rays = at::stack({x, y, at::ones_like(x)}, -1).flatten(0, 1);
    return rays / rays.norm(2, -1, true);
}

}  // namespace

Tensor camera_rays(std::string_view move, double speed, const Lens& lens, const VideoSize& size) {
    const auto found = std::ranges::find(camera_moves, move);
    if (found == camera_moves.end()) throw UserError("there is no camera move called \"" + std::string(move) + "\"");
    if (size.frames % poses_together != 1)
        throw UserError("a camera move over " + std::to_string(size.frames) +
                        " frames does not fit a video's latent: the length must be one more than a multiple of 4");
    const Motion& motion = motions[static_cast<std::size_t>(found - camera_moves.begin())];
    const Tensor pose = poses(motion, speed, size.frames);
    const Tensor rotation = pose.slice(2, 0, 3), place = pose.select(2, 3);
    const Tensor seen = at::matmul(directions(lens, size.width, size.height), rotation.transpose(1, 2));
    const Tensor moment = at::linalg_cross(place.unsqueeze(1).expand_as(seen), seen);
    // [frames, height, width, 6] -> [6, frames, height, width]
    const Tensor rays =
        at::cat({moment, seen}, 2).view({size.frames, size.height, size.width, 6}).permute({3, 0, 1, 2});
    const Tensor first = rays.narrow(1, 0, 1).expand({-1, poses_together - 1, -1, -1});
    return at::cat({first, rays}, 1)
        .unflatten(1, {-1, poses_together})
        .permute({0, 2, 1, 3, 4})
        .flatten(0, 1)
        .unsqueeze(0)
        .contiguous();
}

CameraAdapter::CameraAdapter(const Weights& w) : shrink_(w / "conv", 2, 0) {
    const Weights parts = w / "residual_blocks";
    for (int64_t i = 0; i < parts.count(); ++i)
        residuals_.push_back({.in = Conv2d(parts / i / "conv1"), .out = Conv2d(parts / i / "conv2")});
}

Tensor CameraAdapter::operator()(const Tensor& rays) const {
    constexpr int64_t cell = 8;
    Tensor x = shrink_(at::pixel_unshuffle(video_to_frames(rays), cell));
    for (const Residual& block : residuals_)
        x = x + block.out(at::relu(block.in(x)));
    return frames_to_video(x, rays.size(2));
}

}  // namespace easel::inference::wan
