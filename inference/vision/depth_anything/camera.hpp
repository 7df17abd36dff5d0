// Where cameras stood and what they saw: from a network's pose encoding, or from the rays it gives for each cell.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

struct Cameras {
    Tensor extrinsics;  // [views, 3, 4]: rotation and translation from the world to the camera
    Tensor intrinsics;  // [views, 3, 3], in pixels
};

// `encoding` [views, 9]: translation, quaternion (x, y, z, w), vertical and horizontal field of view, of pictures of
// this size. (comfy.ldm.depth_anything_3.transform.pose_encoding_to_extri_intri)
Cameras cameras_of_poses(const Tensor& encoding, int64_t height, int64_t width);

// `rays` [views, h, w, 6], directions and origins, and how far each is to be believed, [views, h, w]. Looks for the
// homography that most rays agree with, from random samples of torch's generator.
// (comfy.ldm.depth_anything_3.ray_pose.get_extrinsic_from_camray)
Cameras cameras_of_rays(const Tensor& rays, const Tensor& confidence, int64_t height, int64_t width);

}  // namespace easel::inference
