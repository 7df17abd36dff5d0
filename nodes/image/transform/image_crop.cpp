#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct ImageCrop {
    Image image;
    std::int64_t width = 512;
    std::int64_t height = 512;
    std::int64_t x = 0;
    std::int64_t y = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/transform";
        s.display_name = "Crop Image (DEPRECATED)";
        s.deprecated = true;
        s.essentials_category = "Image Tools";
        s.search_aliases = {"trim"};
        s.in("image", &ImageCrop::image);
        s.in("width", &ImageCrop::width).range(1, 16384).step(1);
        s.in("height", &ImageCrop::height).range(1, 16384).step(1);
        s.in("x", &ImageCrop::x).range(0, 16384).step(1);
        s.in("y", &ImageCrop::y).range(0, 16384).step(1);
    }

    Image execute() const {
        const std::int64_t left = std::min(x, image.pixels.size(2) - 1), top = std::min(y, image.pixels.size(1) - 1);
        return {image.pixels.slice(1, top, top + height).slice(2, left, left + width)};
    }
};

}  // namespace

void register_image_crop(Registry& registry) { registry.add<ImageCrop>("ImageCrop"); }

}  // namespace easel::nodes
