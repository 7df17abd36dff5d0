#include "base/error.hpp"
#include "inference/vision/rt_detr/rt_detr.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace easel::nodes {
namespace {

std::vector<std::string_view> all_and_classes() {
    std::vector<std::string_view> names{"all"};
    names.insert(names.end(), inference::coco_classes.begin(), inference::coco_classes.end());
    return names;
}

Json box_of(const inference::Detection& detection, const std::string& label) {
    return {{"x", detection.x},           {"y", detection.y}, {"width", detection.width},
            {"height", detection.height}, {"label", label},   {"score", detection.score}};
}

struct RTDETR_detect {
    Model model;
    Image image;
    double threshold = 0.5;
    std::string class_name = "all";
    std::int64_t max_detections = 100;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_rtdetr";
        s.category = "image/detection";
        s.display_name = "Run Real-Time Detection (RT-DETR)";
        s.search_aliases = {"bbox", "bounding box", "object detection", "coco"};
        s.in("model", &RTDETR_detect::model).option("display_name", "model");
        s.in("image", &RTDETR_detect::image).option("display_name", "image");
        s.in("threshold", &RTDETR_detect::threshold).option("display_name", "threshold");
        s.in("class_name", &RTDETR_detect::class_name)
            .choices(one_of(all_and_classes()))
            .default_value("all")
            .tooltip("Filter detections by class. Set to 'all' to disable filtering.");
        s.in("max_detections", &RTDETR_detect::max_detections)
            .option("display_name", "max_detections")
            .tooltip("Maximum number of detections to return per image. In order of descending confidence score.");
        s.out("bboxes").type = "BOUNDING_BOX";
    }

    Json execute() const {
        const auto* network = dynamic_cast<const inference::RtDetr*>(&model.network());
        if (network == nullptr) throw UserError("RTDETR_detect needs an RT-DETR model, not " + model.family());
        model.weights()->use(model.patches());
        Json pictures = Json::array();
        for (const auto& seen : network->detect(image.pixels, threshold)) {
            Json& boxes = pictures.emplace_back(Json::array());
            for (const inference::Detection& detection : seen) {
                const std::string label(inference::coco_classes.at(detection.label));
                const bool is_wanted = class_name == "all" || class_name == label;
                if (is_wanted && std::ssize(boxes) < max_detections) boxes.push_back(box_of(detection, label));
            }
        }
        return pictures;
    }
};

}  // namespace

void register_rtdetr_detect(Registry& registry) { registry.add<RTDETR_detect>("RTDETR_detect"); }

}  // namespace easel::nodes
