#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct ResizeAndPadImage {
    Image image;
    std::int64_t target_width = 512;
    std::int64_t target_height = 512;
    std::string padding_color;
    std::string interpolation;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/transform";
        s.display_name = "Resize And Pad Image";
        s.search_aliases = {"fit to size"};
        s.in("image", &ResizeAndPadImage::image);
        s.in("target_width", &ResizeAndPadImage::target_width).range(1, 16384).step(1);
        s.in("target_height", &ResizeAndPadImage::target_height).range(1, 16384).step(1);
        s.in("padding_color", &ResizeAndPadImage::padding_color).choices(one_of({"white", "black"})).advanced();
        s.in("interpolation", &ResizeAndPadImage::interpolation)
            .choices(one_of({"area", "bicubic", "nearest-exact", "bilinear", "lanczos"}))
            .advanced();
    }

    Image execute() const {
        const std::int64_t height = image.pixels.size(1), width = image.pixels.size(2);
        const double scale = std::min(double(target_width) / double(width), double(target_height) / double(height));
        const auto new_width = std::int64_t(double(width) * scale), new_height = std::int64_t(double(height) * scale);
        const Tensor resized = inference::resize_image(image.pixels, new_width, new_height, interpolation);

        const double padding = padding_color == "black" ? 0.0 : 1.0;
        Tensor padded =
            at::full({image.pixels.size(0), target_height, target_width, image.pixels.size(3)}, padding, at::kFloat);
        padded.narrow(1, (target_height - new_height) / 2, new_height)
            .narrow(2, (target_width - new_width) / 2, new_width)
            .copy_(resized);
        return {padded};
    }
};

}  // namespace

void register_resize_and_pad_image(Registry& registry) { registry.add<ResizeAndPadImage>("ResizeAndPadImage"); }

}  // namespace easel::nodes
