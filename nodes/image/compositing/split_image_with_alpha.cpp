#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SplitImageWithAlpha {
    Image image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_compositing";
        s.category = "image/compositing";
        s.display_name = "Split Image with Alpha";
        s.search_aliases = {"extract alpha", "separate transparency", "remove alpha"};
        s.in("image", &SplitImageWithAlpha::image);
    }

    std::tuple<Image, Mask> execute() const {
        const Tensor& pixels = image.pixels;
        const bool has_alpha = pixels.size(3) > 3;
        const Tensor alpha = has_alpha ? pixels.select(3, 3) : at::ones_like(pixels.select(3, 0));
        return {Image{pixels.slice(3, 0, 3)}, Mask{1.0 - alpha}};
    }
};

}  // namespace

void register_split_image_with_alpha(Registry& registry) { registry.add<SplitImageWithAlpha>("SplitImageWithAlpha"); }

}  // namespace easel::nodes
