#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AdjustBrightness {
    Image images;
    double factor = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/adjustments";
        s.display_name = "Adjust Brightness";
        s.description = "Adjust the brightness of an image.";
        s.experimental = true;
        s.search_aliases = {"brightness"};
        s.in("images", &AdjustBrightness::images).tooltip("Image to process.");
        s.in("factor", &AdjustBrightness::factor)
            .range(0.0, 2.0)
            .tooltip("Brightness factor. 1.0 = no change, <1.0 = darker, >1.0 = brighter.");
        s.out("images").tooltip = "Processed images";
    }

    Image execute() const { return {(images.pixels * factor).clamp_(0.0, 1.0)}; }
};

}  // namespace

void register_adjust_brightness(Registry& registry) { registry.add<AdjustBrightness>("AdjustBrightness"); }

}  // namespace easel::nodes
