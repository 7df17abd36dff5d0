#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/image/scaled_size.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageScaleBy {
    Image image;
    std::string upscale_method;
    double scale_by = 1.0;

    static void declare(Schema& s) {
        s.category = "image/upscaling";
        s.display_name = "Upscale Image By";
        s.essentials_category = "Image Tools";
        s.in("image", &ImageScaleBy::image);
        s.in("upscale_method", &ImageScaleBy::upscale_method).choices(one_of(inference::image_resize_methods));
        s.in("scale_by", &ImageScaleBy::scale_by).range(0.01, 8.0).step(0.01);
    }

    Image execute() const {
        const Size size = multiplied(size_of(image), scale_by);
        return {inference::resize_image(image.pixels, size.width, size.height, upscale_method)};
    }
};

}  // namespace

void register_image_scale_by(Registry& registry) { registry.add<ImageScaleBy>("ImageScaleBy"); }

}  // namespace easel::nodes
