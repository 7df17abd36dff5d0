#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AdjustContrast {
    Image images;
    double factor = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/adjustments";
        s.display_name = "Adjust Contrast";
        s.description = "Adjust the contrast of an image.";
        s.experimental = true;
        s.search_aliases = {"contrast"};
        s.in("images", &AdjustContrast::images).tooltip("Image to process.");
        s.in("factor", &AdjustContrast::factor)
            .range(0.0, 2.0)
            .tooltip("Contrast factor. 1.0 = no change, <1.0 = less contrast, >1.0 = more contrast.");
        s.out("images").tooltip = "Processed images";
    }

    Image execute() const { return {((images.pixels - 0.5) * factor + 0.5).clamp_(0.0, 1.0)}; }
};

}  // namespace

void register_adjust_contrast(Registry& registry) { registry.add<AdjustContrast>("AdjustContrast"); }

}  // namespace easel::nodes
