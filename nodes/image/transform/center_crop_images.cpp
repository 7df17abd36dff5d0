#include "inference/image/crops.hpp"
#include "nodes/image_io.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct CenterCropImages {
    Image images;
    std::int64_t width = 512;
    std::int64_t height = 512;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/transform";
        s.display_name = "Crop Image (Center)";
        s.description = "Center crop an image to the specified dimensions.";
        s.experimental = true;
        s.search_aliases = {"crop", "cut", "trim"};
        s.in("images", &CenterCropImages::images).tooltip("Image to process.");
        s.in("width", &CenterCropImages::width).range(1, 8192).tooltip("Crop width.");
        s.in("height", &CenterCropImages::height).range(1, 8192).tooltip("Crop height.");
        s.out("images").tooltip = "Processed images";
    }

    Image execute() const {
        const std::int64_t left = std::max<std::int64_t>(0, (images.pixels.size(2) - width) / 2);
        const std::int64_t top = std::max<std::int64_t>(0, (images.pixels.size(1) - height) / 2);
        const Tensor part = inference::crop_image(images.pixels, {left, top, width, height});
        return {to_bytes(part).to(at::kFloat).div_(255.0)};
    }
};

}  // namespace

void register_center_crop_images(Registry& registry) { registry.add<CenterCropImages>("CenterCropImages"); }

}  // namespace easel::nodes
