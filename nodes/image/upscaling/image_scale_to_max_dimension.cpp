#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/image/scaled_size.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageScaleToMaxDimension {
    Image image;
    std::string upscale_method;
    std::int64_t largest_size = 512;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/upscaling";
        s.display_name = "Scale Image to Max Dimension";
        s.in("image", &ImageScaleToMaxDimension::image);
        s.in("upscale_method", &ImageScaleToMaxDimension::upscale_method)
            .choices(one_of({"area", "lanczos", "bilinear", "nearest-exact", "bilinear", "bicubic"}));
        s.in("largest_size", &ImageScaleToMaxDimension::largest_size).range(0, 16384).step(1);
    }

    Image execute() const {
        const Size size = with_longer_side(size_of(image), largest_size);
        return {inference::resize_image(image.pixels, size.width, size.height, upscale_method)};
    }
};

}  // namespace

void register_image_scale_to_max_dimension(Registry& registry) {
    registry.add<ImageScaleToMaxDimension>("ImageScaleToMaxDimension");
}

}  // namespace easel::nodes
