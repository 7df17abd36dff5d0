#include "base/error.hpp"
#include "inference/models/sd/lotus_prompt.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/pose/openpose_frames.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace easel::nodes {
namespace {

struct Corners {
    std::int64_t left, top, right, bottom;
};

Corners corners_within(const Json& box, std::int64_t width, std::int64_t height) {
    const auto member = [&](const char* name) {
        const auto found = box.find(name);
        if (found == box.end() || !found->is_number()) throw NamedError("KeyError", "'" + std::string(name) + "'");
        return found->get<double>();
    };
    const double x = member("x"), y = member("y");
    return {.left = std::max<std::int64_t>(0, static_cast<std::int64_t>(x)),
            .top = std::max<std::int64_t>(0, static_cast<std::int64_t>(y)),
            .right = std::min(width, static_cast<std::int64_t>(x + member("width"))),
            .bottom = std::min(height, static_cast<std::int64_t>(y + member("height")))};
}

// A single box counts for the first picture and all others; of lists for pictures the last stands for those behind it.
Json boxes_of_frame(const Json& boxes, std::int64_t frame) {
    if (boxes.is_object()) return Json::array({boxes});
    if (!boxes.is_array() || boxes.empty()) return Json::array();
    const Json& own = boxes[std::min(static_cast<std::size_t>(frame), boxes.size() - 1)];
    return own.is_object() ? Json::array({own}) : own;
}

struct SDPoseKeypointExtractor {
    Model model;
    Vae vae;
    Image image;
    std::int64_t batch_size = 16;
    std::optional<Json> bboxes;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sdpose";
        s.category = "image/detection";
        s.display_name = "SDPose Keypoint Extractor";
        s.description = "Extract pose keypoints from images using the SDPose model: "
                        "https://huggingface.co/Comfy-Org/SDPose/tree/main/checkpoints";
        s.search_aliases = {"openpose", "pose detection", "preprocessor", "keypoints", "sdpose"};
        s.in("model", &SDPoseKeypointExtractor::model);
        s.in("vae", &SDPoseKeypointExtractor::vae);
        s.in("image", &SDPoseKeypointExtractor::image);
        s.in("batch_size", &SDPoseKeypointExtractor::batch_size).range(1, 10000).step(1);
        s.in("bboxes", &SDPoseKeypointExtractor::bboxes)
            .type("BOUNDING_BOX")
            .default_value(Json::parse(R"json({"x": 0, "y": 0, "width": 512, "height": 512})json"))
            .force_input()
            .option("socketless", true)
            .tooltip("Optional bounding boxes for more accurate detections. Required for multi-person detection.");
        graph::OutputSpec& output = s.out("keypoints");
        output.type = "POSE_KEYPOINT";
        output.tooltip = "Keypoints in OpenPose frame format (canvas_width, canvas_height, people)";
    }

    Json execute(Context& context) const {
        const Tensor& pixels = image.pixels;
        const std::int64_t count = pixels.size(0), height = pixels.size(1), width = pixels.size(2);
        const Conditioning prompt{inference::Condition{.cross = inference::sd::lotus_prompt()}};
        const auto found_in = [&](const Tensor& pictures) {
            return inference::find_key_points(model, vae, prompt, pictures);
        };
        Json frames = Json::array();
        const auto add_frame = [&](Json people) {
            frames.push_back({{"canvas_width", width}, {"canvas_height", height}, {"people", std::move(people)}});
            context.progress(static_cast<double>(frames.size()), static_cast<double>(count));
        };
        if (!bboxes) {
            for (std::int64_t first = 0; first < count; first += batch_size)
                for (const auto& body : found_in(pixels.slice(0, first, std::min(first + batch_size, count))))
                    add_frame(Json::array({openpose_person(body)}));
            return frames;
        }
        for (std::int64_t i = 0; i < count; ++i) {
            const Tensor picture = pixels.narrow(0, i, 1);
            Json people = Json::array();
            const Json boxes = boxes_of_frame(*bboxes, i);
            if (boxes.empty()) people.push_back(openpose_person(found_in(picture).front()));
            for (const Json& box : boxes) {
                const Corners part = corners_within(box, width, height);
                if (part.right <= part.left || part.bottom <= part.top) continue;
                auto body = found_in(picture.slice(1, part.top, part.bottom).slice(2, part.left, part.right)).front();
                for (inference::KeyPoint& point : body) {
                    if (point.x < 0) continue;
                    point.x += static_cast<float>(part.left);
                    point.y += static_cast<float>(part.top);
                }
                people.push_back(openpose_person(body));
            }
            add_frame(std::move(people));
        }
        return frames;
    }
};

}  // namespace

void register_sd_pose_keypoint_extractor(Registry& registry) {
    registry.add<SDPoseKeypointExtractor>("SDPoseKeypointExtractor");
}

}  // namespace easel::nodes
