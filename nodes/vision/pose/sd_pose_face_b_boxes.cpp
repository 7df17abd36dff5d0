#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {
namespace {

struct Extent {
    std::int64_t left, top, right, bottom;
};

// Around the points of a face, with `scale` times the area, more of it above than below.
Extent face_extent(const Json& points, double scale, std::int64_t width, std::int64_t height) {
    const auto whole_width = static_cast<double>(width), whole_height = static_cast<double>(height);
    double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
    for (std::size_t i = 0; i + 2 < points.size(); i += 3) {
        const auto place = [&](std::size_t n, std::int64_t side) {  // as a share of the picture in between
            return static_cast<double>(points[i + n].get<float>() / static_cast<float>(side)) *
                   static_cast<double>(side);
        };
        const double x = place(0, width), y = place(1, height);
        left = std::min(left, x), right = std::max(right, x);
        top = std::min(top, y), bottom = std::max(bottom, y);
    }
    const double own_width = right - left, own_height = bottom - top;
    if (!(own_width > 0) || !(own_height > 0)) return {0, 0, 0, 0};
    const double area = own_width * own_height * scale;
    const double across = (std::sqrt(area * (own_width / own_height)) - own_width) / 2;
    const double down = (std::sqrt(area * (own_height / own_width)) - own_height) / 4;
    return {.left = static_cast<std::int64_t>(std::max(left - across, 0.0)),
            .top = static_cast<std::int64_t>(std::max(top - 3 * down, 0.0)),
            .right = static_cast<std::int64_t>(std::min(right + across, whole_width)),
            .bottom = static_cast<std::int64_t>(std::min(bottom + down, whole_height))};
}

// Wider or higher around the middle, and within the picture.
Extent squared(const Extent& box, std::int64_t width, std::int64_t height) {
    const std::int64_t side = std::max(box.right - box.left, box.bottom - box.top);
    if (box.right - box.left == box.bottom - box.top) return box;
    const auto end = [&](std::int64_t first, std::int64_t last, std::int64_t limit) {
        const std::int64_t begin = std::max<std::int64_t>(0, (first + last) / 2 - side / 2);
        return std::min(limit, begin + side);
    };
    const std::int64_t right = end(box.left, box.right, width), bottom = end(box.top, box.bottom, height);
    return {.left = std::max<std::int64_t>(0, right - side),
            .top = std::max<std::int64_t>(0, bottom - side),
            .right = right,
            .bottom = bottom};
}

struct SDPoseFaceBBoxes {
    Json keypoints;
    double scale = 1.5;
    bool force_square = true;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sdpose";
        s.category = "image/detection";
        s.display_name = "SDPose Face Bounding Boxes";
        s.search_aliases = {"face bbox", "face bounding box", "pose", "keypoints"};
        s.in("keypoints", &SDPoseFaceBBoxes::keypoints).type("POSE_KEYPOINT");
        s.in("scale", &SDPoseFaceBBoxes::scale)
            .range(1.0, 10.0)
            .step(0.1)
            .tooltip("Multiplier for the bounding box area around each detected face.");
        s.in("force_square", &SDPoseFaceBBoxes::force_square)
            .tooltip("Expand the shorter bbox axis so the crop region is always square.");
        graph::OutputSpec& output = s.out("bboxes");
        output.type = "BOUNDING_BOX";
        output.tooltip = "Face bounding boxes per frame, compatible with SDPoseKeypointExtractor bboxes input.";
    }

    Json execute() const {
        Json frames = Json::array();
        for (const Json& frame : keypoints) {
            const auto height = frame.at("canvas_height").get<std::int64_t>(),
                       width = frame.at("canvas_width").get<std::int64_t>();
            Json& boxes = frames.emplace_back(Json::array());
            for (const Json& person : frame.at("people")) {
                const auto face = person.find("face_keypoints_2d");
                if (face == person.end() || face->empty()) continue;
                Extent extent = face_extent(*face, scale, width, height);
                if (extent.right <= extent.left || extent.bottom <= extent.top) continue;
                if (force_square) extent = squared(extent, width, height);
                boxes.push_back({{"x", extent.left},
                                 {"y", extent.top},
                                 {"width", extent.right - extent.left},
                                 {"height", extent.bottom - extent.top}});
            }
        }
        return frames;
    }
};

}  // namespace

void register_sd_pose_face_b_boxes(Registry& registry) { registry.add<SDPoseFaceBBoxes>("SDPoseFaceBBoxes"); }

}  // namespace easel::nodes
