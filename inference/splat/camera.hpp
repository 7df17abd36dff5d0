// Where a splat is looked at from. Coordinates are those of 3D viewports: right-handed, y up; the camera looks along
// its own -z. A splat's frame is that one turned half around x.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

struct Camera {
    Tensor position, target;  // [3], float32
    Tensor rotation;          // [4]: quaternion w, x, y, z; undefined: upright, towards the target
    double fov = 35.0;        // degrees, along the shorter side of the picture
    double zoom = 1.0;        // of the focal length
    bool is_orthographic = false;
};

// Towards the target, upright, then rolled by so many degrees about the line of sight.
Camera looking_at(const Tensor& position, const Tensor& target, double roll = 0.0);

// With this rotation (scaled to length 1), the target one unit ahead.
Camera turned_by(const Tensor& position, const Tensor& rotation);

// Around `pivot`, given in the splat's frame: degrees to the side and upwards, and the distance.
Camera orbiting(const Tensor& pivot, double yaw, double pitch, double distance);

// The camera carried around its target by so many degrees about the vertical.
Camera carried_around(const Camera& camera, double degrees);

// A view of `positions` [n, 3] (a splat's) from above and the side that holds nearly all of them.
Camera framing(const Tensor& positions);

// The camera in the splat's frame: where it is, and its axes (the picture's right, the picture's down, forward).
struct CameraFrame {
    Tensor eye, target;  // [3]
    Tensor axes;         // [3, 3], a row each
};
CameraFrame frame_of(const Camera& camera);

// A share `q` of `values` [n] lies below the result; where there are very many, some are left out.
Tensor approximate_quantile(const Tensor& values, double q);

}  // namespace easel::inference
