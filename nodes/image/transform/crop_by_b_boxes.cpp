#include "base/error.hpp"
#include "inference/image/crops.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {
namespace {

// A part of a box, which may be a float; the whole part counts.
std::int64_t box_member(const Json& box, const char* name) {
    const auto found = box.find(name);
    if (found == box.end() || !found->is_number()) throw NamedError("KeyError", "'" + std::string(name) + "'");
    return static_cast<std::int64_t>(found->get<double>());
}

// One list a frame: as given, or a single box for all.
std::vector<std::vector<inference::Box>> boxes_of_frames(const Json& boxes) {
    const Json frames = boxes.is_array() ? boxes : Json::array({Json::array({boxes})});
    std::vector<std::vector<inference::Box>> all;
    for (const Json& frame : frames) {
        auto& own = all.emplace_back();
        for (const Json& box : frame) {
            const std::int64_t x = box_member(box, "x"), y = box_member(box, "y");
            own.push_back({x, y, box_member(box, "width"), box_member(box, "height")});
        }
    }
    return all;
}

struct CropByBBoxes {
    Image image;
    Json bboxes;
    std::int64_t output_width = 512;
    std::int64_t output_height = 512;
    std::int64_t padding = 0;
    std::string keep_aspect = "stretch";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_sdpose";
        s.category = "image/transform";
        s.display_name = "Crop By Bounding Boxes";
        s.description = "Crop and resize regions from the input image batch based on provided bounding boxes.";
        s.search_aliases = {"crop", "face crop", "bbox crop", "pose", "bounding box"};
        s.in("image", &CropByBBoxes::image);
        s.in("bboxes", &CropByBBoxes::bboxes)
            .type("BOUNDING_BOX")
            .default_value(Json::parse(R"json({"x": 0, "y": 0, "width": 512, "height": 512})json"))
            .force_input()
            .option("socketless", true);
        s.in("output_width", &CropByBBoxes::output_width)
            .range(64, 4096)
            .step(8)
            .tooltip("Width each crop is resized to.");
        s.in("output_height", &CropByBBoxes::output_height)
            .range(64, 4096)
            .step(8)
            .tooltip("Height each crop is resized to.");
        s.in("padding", &CropByBBoxes::padding)
            .range(0, 1024)
            .step(1)
            .tooltip("Extra padding in pixels added on each side of the bbox before cropping.");
        s.in("keep_aspect", &CropByBBoxes::keep_aspect)
            .choices(one_of({"stretch", "pad"}))
            .default_value("stretch")
            .tooltip("Whether to stretch the crop to fit the output size, or pad with black pixels to preserve aspect "
                     "ratio.");
        s.out("IMAGE").tooltip = "All crops stacked into a single image batch.";
    }

    Image execute() const {
        const auto boxes = boxes_of_frames(bboxes);
        if (boxes.empty()) return image;
        return {inference::crop_to_boxes(image.pixels, boxes,
                                         {.width = output_width,
                                          .height = output_height,
                                          .padding = padding,
                                          .keeps_aspect = keep_aspect == "pad"})};
    }
};

}  // namespace

void register_crop_by_b_boxes(Registry& registry) { registry.add<CropByBBoxes>("CropByBBoxes"); }

}  // namespace easel::nodes
