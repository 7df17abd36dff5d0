#include "nodes/types.hpp"
#include "nodes/vision/pose/openpose_frames.hpp"

#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <vector>

namespace easel::nodes {
namespace {

struct SDPoseDrawKeypoints {
    Json keypoints;
    bool draw_body = true;
    bool draw_hands = true;
    bool draw_face = true;
    bool draw_feet = false;
    std::int64_t stick_width = 4;
    std::int64_t face_point_size = 3;
    double score_threshold = 0.3;
    bool draw_head = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sdpose";
        s.category = "image/detection";
        s.display_name = "SDPose Draw Keypoints";
        s.search_aliases = {"openpose", "pose detection", "preprocessor", "keypoints", "pose"};
        s.in("keypoints", &SDPoseDrawKeypoints::keypoints).type("POSE_KEYPOINT");
        s.in("draw_body", &SDPoseDrawKeypoints::draw_body);
        s.in("draw_hands", &SDPoseDrawKeypoints::draw_hands);
        s.in("draw_face", &SDPoseDrawKeypoints::draw_face);
        s.in("draw_feet", &SDPoseDrawKeypoints::draw_feet);
        s.in("stick_width", &SDPoseDrawKeypoints::stick_width).range(1, 10).step(1);
        s.in("face_point_size", &SDPoseDrawKeypoints::face_point_size).range(1, 10).step(1);
        s.in("score_threshold", &SDPoseDrawKeypoints::score_threshold).range(0.0, 1.0).step(0.01);
        s.in("draw_head", &SDPoseDrawKeypoints::draw_head);
    }

    Image execute() const {
        if (keypoints.empty()) return {at::zeros({1, 64, 64, 3})};
        const auto size = [&](const char* name) { return keypoints.front().at(name).get<std::int64_t>(); };
        const std::int64_t height = size("canvas_height"), width = size("canvas_width");
        const inference::PoseStyle style{.body = draw_body,
                                         .head = draw_head,
                                         .feet = draw_feet,
                                         .face = draw_face,
                                         .hands = draw_hands,
                                         .stick_width = static_cast<int>(stick_width),
                                         .face_point_size = static_cast<int>(face_point_size),
                                         .threshold = static_cast<float>(score_threshold)};
        std::vector<Tensor> pictures;
        for (const Json& frame : keypoints) {
            pictures.push_back(at::zeros({height, width, 3}, at::kByte));
            for (const Json& person : frame.at("people"))
                inference::draw_pose(pictures.back(), pose_points(person), style);
        }
        return {at::stack(pictures).to(at::kFloat) / 255.0};
    }
};

}  // namespace

void register_sd_pose_draw_keypoints(Registry& registry) { registry.add<SDPoseDrawKeypoints>("SDPoseDrawKeypoints"); }

}  // namespace easel::nodes
