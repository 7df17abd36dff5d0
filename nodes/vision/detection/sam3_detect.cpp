#include "base/error.hpp"
#include "base/python_json_reader.hpp"
#include "inference/vision/sam3/sam3.hpp"
#include "nodes/types.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

namespace easel::nodes {
namespace {

Json points_in(const std::string& text) { return text.empty() ? Json::array() : read_python_json(text); }

double number(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number()) throw NamedError("KeyError", "'" + std::string(name) + "'");
    return found->get<double>();
}

// [count, 2], as shares of a picture of this size.
Tensor places_of(const Json& points, double width, double height) {
    Tensor places = at::zeros({std::ssize(points), 2});
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        places[row][0] = number(points[i], "x") / width;
        places[row][1] = number(points[i], "y") / height;
    }
    return places;
}

// [count, 4]: centres and sizes as shares of a picture; undefined where there are none.
Tensor shares_of(const Json& boxes, double width, double height) {
    if (boxes.empty()) return {};
    std::vector<Tensor> all;
    for (const Json& box : boxes) {
        const double w = number(box, "width"), h = number(box, "height");
        const double x = number(box, "x") + w / 2, y = number(box, "y") + h / 2;
        all.push_back(at::tensor({x / width, y / height, w / width, h / height}).to(at::kFloat));
    }
    return at::stack(all);
}

// One box or one list stands for all frames; of lists for frames the last stands for those behind it.
Tensor boxes_of_frame(const Json& boxes, std::int64_t frame, double width, double height) {
    if (boxes.is_object()) return shares_of(Json::array({boxes}), width, height);
    if (!boxes.is_array() || boxes.empty()) return {};
    if (!boxes.front().is_array()) return shares_of(boxes, width, height);
    const auto index = std::min(static_cast<std::size_t>(frame), boxes.size() - 1);
    return shares_of(boxes[index], width, height);
}

// [1, height, width]: what is in any of [count, height, width].
Tensor united(const Tensor& masks) {
    return masks.size(0) == 0 ? masks.new_zeros({1, masks.size(1), masks.size(2)}) : masks.amax(0, /*keepdim=*/true);
}

Json described(const inference::Sam3::Found& found) {
    Json boxes = Json::array();
    for (std::int64_t i = 0; i < found.boxes.size(0); ++i) {
        const auto corner = [&](std::int64_t n) { return found.boxes[i][n].item<float>(); };
        boxes.push_back({{"x", corner(0)},
                         {"y", corner(1)},
                         {"width", corner(2) - corner(0)},
                         {"height", corner(3) - corner(1)},
                         {"score", found.scores[i].item<float>()}});
    }
    return boxes;
}

struct SAM3_Detect {
    Model model;
    Image image;
    double threshold = 0.5;
    std::int64_t refine_iterations = 2;
    bool individual_masks = false;
    std::optional<Conditioning> conditioning;
    std::optional<Json> bboxes;
    std::string positive_coords;
    std::string negative_coords;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sam3";
        s.category = "image/detection";
        s.display_name = "SAM3 Detect";
        s.search_aliases = {"sam3", "segment anything", "open vocabulary", "text detection", "segment"};
        s.in("model", &SAM3_Detect::model).option("display_name", "model");
        s.in("image", &SAM3_Detect::image).option("display_name", "image");
        s.in("threshold", &SAM3_Detect::threshold).range(0.0, 1.0).step(0.01).option("display_name", "threshold");
        s.in("refine_iterations", &SAM3_Detect::refine_iterations)
            .range(0, 5)
            .option("display_name", "refine_iterations")
            .tooltip("SAM decoder refinement passes (0=use raw detector masks)");
        s.in("individual_masks", &SAM3_Detect::individual_masks)
            .option("display_name", "individual_masks")
            .tooltip("Output per-object masks instead of union");
        s.in("conditioning", &SAM3_Detect::conditioning)
            .option("display_name", "conditioning")
            .tooltip("Text conditioning from CLIPTextEncode");
        s.in("bboxes", &SAM3_Detect::bboxes)
            .type("BOUNDING_BOX")
            .default_value(Json::parse(R"json({"x": 0, "y": 0, "width": 512, "height": 512})json"))
            .force_input()
            .option("display_name", "bboxes")
            .option("socketless", true)
            .tooltip("Bounding boxes to segment within");
        s.in("positive_coords", &SAM3_Detect::positive_coords)
            .no_default()
            .force_input()
            .option("display_name", "positive_coords")
            .option("multiline", false)
            .tooltip("Positive point prompts as JSON [{\"x\": int, \"y\": int}, ...] (pixel coords)")
            .optional();
        s.in("negative_coords", &SAM3_Detect::negative_coords)
            .no_default()
            .force_input()
            .option("display_name", "negative_coords")
            .option("multiline", false)
            .tooltip("Negative point prompts as JSON [{\"x\": int, \"y\": int}, ...] (pixel coords)")
            .optional();
        s.out("masks");
        s.out("bboxes").type = "BOUNDING_BOX";
    }

    std::tuple<Mask, Json> execute(Context& context) const {
        const auto* network = dynamic_cast<const inference::Sam3*>(&model.network());
        if (network == nullptr) throw UserError("SAM3_Detect needs a SAM 3 model, not " + model.family());
        model.weights()->use(model.patches());
        const std::int64_t count = image.pixels.size(0);
        const double height = static_cast<double>(image.pixels.size(1)),
                     width = static_cast<double>(image.pixels.size(2));
        inference::Sam3::Request request{.threshold = threshold, .refinements = refine_iterations};
        if (conditioning && !conditioning->empty()) request.things = inference::named_things(conditioning->front());
        const Json inside = points_in(positive_coords), outside = points_in(negative_coords);
        if (!inside.empty() || !outside.empty()) {
            request.points = at::cat({places_of(inside, width, height), places_of(outside, width, height)});
            request.labels =
                at::cat({at::ones({std::ssize(inside)}, at::kLong), at::zeros({std::ssize(outside)}, at::kLong)});
        }
        std::vector<Tensor> masks;
        Json found = Json::array();
        for (std::int64_t i = 0; i < count; ++i) {
            request.boxes = bboxes ? boxes_of_frame(*bboxes, i, width, height) : Tensor();
            const auto seen = network->find(image.pixels[i], request);
            masks.push_back(individual_masks ? seen.masks : united(seen.masks));
            found.push_back(described(seen));
            context.progress(static_cast<double>(i + 1), static_cast<double>(count));
        }
        return {Mask{at::cat(masks)}, found};
    }
};

}  // namespace

void register_sam3_detect(Registry& registry) { registry.add<SAM3_Detect>("SAM3_Detect"); }

}  // namespace easel::nodes
