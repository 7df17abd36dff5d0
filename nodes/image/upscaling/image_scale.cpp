#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/image/scaled_size.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageScale {
    Image image;
    std::string upscale_method;
    std::int64_t width = 512;
    std::int64_t height = 512;
    std::string crop;

    static void declare(Schema& s) {
        s.category = "image/upscaling";
        s.display_name = "Upscale Image";
        s.essentials_category = "Image Tools";
        s.search_aliases = {"resize", "resize image", "scale image", "image resize", "zoom", "zoom in", "change size"};
        s.in("image", &ImageScale::image);
        s.in("upscale_method", &ImageScale::upscale_method).choices(one_of(inference::image_resize_methods));
        s.in("width", &ImageScale::width).range(0, 16384).step(1);
        s.in("height", &ImageScale::height).range(0, 16384).step(1);
        s.in("crop", &ImageScale::crop).choices(one_of({"disabled", "center"}));
    }

    Image execute() const {
        if (width == 0 && height == 0) return image;
        const Size size = completed(Size{width, height}, size_of(image));
        return {inference::resize_image(image.pixels, size.width, size.height, upscale_method, crop_named(crop))};
    }
};

}  // namespace

void register_image_scale(Registry& registry) { registry.add<ImageScale>("ImageScale"); }

}  // namespace easel::nodes
