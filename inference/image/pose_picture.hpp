// Pictures of bodies as coloured sticks and dots, as pose networks read them.
#pragma once

#include "inference/tensor.hpp"

#include <vector>

namespace easel::inference {

struct PosePoint {
    float x, y, score;
};
// 134 points: 18 of the body in OpenPose's order, 6 of the feet, 68 of the face, 21 of the right hand, 21 of the left.
using PosePoints = std::vector<PosePoint>;

struct PoseStyle {
    bool body = true, head = true, feet = false, face = true, hands = true;
    int stick_width = 4;      // half of it, in pixels
    int face_point_size = 3;  // radius
    float threshold = 0.3f;   // points with a lower score are left out
};

// Draws onto `canvas` [height, width, 3], bytes. (KeypointDraw.draw_wholebody_keypoints of the reference)
void draw_pose(const Tensor& canvas, const PosePoints& points, const PoseStyle& style);

}  // namespace easel::inference
