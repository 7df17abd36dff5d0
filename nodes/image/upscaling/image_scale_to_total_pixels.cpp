#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/image/scaled_size.hpp"
#include "nodes/types.hpp"

#include <cmath>

namespace easel::nodes {
namespace {

struct ImageScaleToTotalPixels {
    Image image;
    std::string upscale_method;
    double megapixels = 1.0;
    std::int64_t resolution_steps = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "image/upscaling";
        s.display_name = "Scale Image to Total Pixels";
        s.in("image", &ImageScaleToTotalPixels::image);
        s.in("upscale_method", &ImageScaleToTotalPixels::upscale_method)
            .choices(one_of(inference::image_resize_methods));
        s.in("megapixels", &ImageScaleToTotalPixels::megapixels).range(0.01, 16.0).step(0.01);
        s.in("resolution_steps", &ImageScaleToTotalPixels::resolution_steps).range(1, 256).advanced();
    }

    Image execute() const {
        const auto [width, height] = size_of(image);
        const double factor = std::sqrt(megapixels * 1024 * 1024 / double(width * height));
        const auto stepped = [&](std::int64_t side) {
            return std::llrint(double(side) * factor / double(resolution_steps)) * resolution_steps;
        };
        return {inference::resize_image(image.pixels, stepped(width), stepped(height), upscale_method)};
    }
};

}  // namespace

void register_image_scale_to_total_pixels(Registry& registry) {
    registry.add<ImageScaleToTotalPixels>("ImageScaleToTotalPixels");
}

}  // namespace easel::nodes
