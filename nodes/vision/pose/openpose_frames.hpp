// POSE_KEYPOINT links: per picture its size and the people on it, whose points are flat lists [x, y, score, ...] in
// pixels, as OpenPose writes them.
#pragma once

#include "base/json.hpp"
#include "inference/image/pose_picture.hpp"
#include "inference/vision/sdpose/heatmap_head.hpp"

#include <cstdint>
#include <vector>

namespace easel::nodes {

// A body of 133 points, as the pose network orders them, as a person.
Json openpose_person(const inference::KeyPoints& points);

// A person's points in the order that draw_pose wants. Throws ValueError where a list is of another length.
inference::PosePoints pose_points(const Json& person);

}  // namespace easel::nodes
