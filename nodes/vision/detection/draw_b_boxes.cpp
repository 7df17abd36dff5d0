#include "base/error.hpp"
#include "inference/image/drawing.hpp"
#include "inference/vision/rt_detr/rt_detr.hpp"
#include "nodes/image_io.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace easel::nodes {
namespace {

using inference::coco_classes;

constexpr std::array<inference::Ink, 8> box_inks{{{255, 0, 0, 255},
                                                  {0, 200, 0, 255},
                                                  {0, 0, 255, 255},
                                                  {255, 165, 0, 255},
                                                  {128, 0, 128, 255},
                                                  {0, 255, 255, 255},
                                                  {255, 20, 147, 255},
                                                  {100, 149, 237, 255}}};

double member(const Json& box, const char* name) {
    const auto found = box.find(name);
    if (found == box.end() || !found->is_number())
        throw UserError(std::string("a bounding box has no number ") + name + ": it needs x, y, width and height");
    return found->get<double>();
}

// With the precision of the reference, which keeps boxes as float32.
struct SeenBox {
    explicit SeenBox(const Json& box)
        : x1(static_cast<float>(member(box, "x"))), y1(static_cast<float>(member(box, "y"))),
          x2(static_cast<float>(member(box, "x") + member(box, "width"))),
          y2(static_cast<float>(member(box, "y") + member(box, "height"))),
          score(static_cast<float>(box.value("score", 1.0))) {
        const std::string name = box.contains("label") && box["label"].is_string() ? box["label"] : Json("");
        label = static_cast<std::size_t>(std::ranges::find(coco_classes, name) - coco_classes.begin());
    }
    bool has_label() const { return label < coco_classes.size(); }

    float x1, y1, x2, y2, score;
    std::size_t label;  // of coco_classes; behind the last when it is none of them
};

void draw(inference::Canvas& canvas, const Json& boxes) {
    std::vector<SeenBox> seen(boxes.begin(), boxes.end());
    std::ranges::stable_sort(seen, {}, &SeenBox::score);
    const inference::Font font(10);
    for (const SeenBox& box : seen) {
        const inference::Ink ink = box_inks[box.has_label() ? box.label % box_inks.size() : 0];
        canvas.outline_rectangle(box.x1, box.y1, box.x2, box.y2, ink, 3);
        if (!box.has_label()) continue;
        char score[32];
        std::snprintf(score, sizeof score, " %.2f", static_cast<double>(box.score));
        const std::string text = std::string(coco_classes[box.label]) + score;
        canvas.text(box.x1 + 2.0, box.y1 + 2.0, std::u32string(text.begin(), text.end()), font, {.ink = ink});
    }
}

struct DrawBBoxes {
    Json bboxes;
    std::optional<Image> image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_rtdetr";
        s.category = "image/detection";
        s.display_name = "Draw BBoxes";
        s.search_aliases = {"bbox", "bounding box", "object detection", "rt_detr", "visualize detections", "coco"};
        s.in("bboxes", &DrawBBoxes::bboxes)
            .type("BOUNDING_BOX")
            .default_value(Json::parse(R"json({"x": 0, "y": 0, "width": 512, "height": 512})json"))
            .force_input()
            .option("socketless", true);
        s.in("image", &DrawBBoxes::image);
        s.out("out_image");
    }

    // Boxes without a list around them, or one list, stand for every picture.
    Image execute() const {
        Json lists = bboxes;
        if (lists.is_object()) lists = Json::array({Json::array({lists})});
        if (!lists.is_array() || lists.empty()) lists = Json::array({Json::array()});
        if (lists[0].is_object()) lists = Json::array({lists});
        const Tensor pixels = image ? image->pixels : black_around(lists[0]);
        std::vector<Tensor> drawn;
        for (std::int64_t i = 0; i < pixels.size(0); ++i) {
            const auto place = lists.size() == 1 ? 0 : static_cast<std::size_t>(i);
            inference::Canvas canvas(to_bytes(pixels[i]));
            if (place < lists.size() && !lists[place].empty()) draw(canvas, lists[place]);
            drawn.push_back(canvas.pixels());
        }
        return {at::stack(drawn).to(at::kFloat) / 255.0};
    }

    static Tensor black_around(const Json& boxes) {
        std::int64_t width = boxes.empty() ? 640 : 1, height = width;
        for (const Json& box : boxes) {
            width = std::max(width, static_cast<std::int64_t>(member(box, "x") + member(box, "width")));
            height = std::max(height, static_cast<std::int64_t>(member(box, "y") + member(box, "height")));
        }
        return at::zeros({1, height, width, 3});
    }
};

}  // namespace

void register_draw_b_boxes(Registry& registry) { registry.add<DrawBBoxes>("DrawBBoxes"); }

}  // namespace easel::nodes
