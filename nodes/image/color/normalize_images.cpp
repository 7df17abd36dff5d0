#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct NormalizeImages {
    Image images;
    double mean = 0.5;
    double deviation = 0.5;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/color";
        s.display_name = "Normalize Image Colors";
        s.description = "Normalize images using mean and standard deviation.";
        s.experimental = true;
        s.search_aliases = {"normalize", "normalize colors"};
        s.in("images", &NormalizeImages::images).tooltip("Image to process.");
        s.in("mean", &NormalizeImages::mean).range(0.0, 1.0).advanced().tooltip("Mean value for normalization.");
        s.in("std", &NormalizeImages::deviation)
            .range(0.001, 1.0)
            .advanced()
            .tooltip("Standard deviation for normalization.");
        s.out("images").tooltip = "Processed images";
    }

    Image execute() const { return {(images.pixels - mean) / deviation}; }
};

}  // namespace

void register_normalize_images(Registry& registry) { registry.add<NormalizeImages>("NormalizeImages"); }

}  // namespace easel::nodes
