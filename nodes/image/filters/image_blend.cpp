#include "inference/image/blend.hpp"
#include "inference/image/resize.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageBlend {
    Image image1;
    Image image2;
    double blend_factor = 0.5;
    std::string blend_mode;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "image/filters";
        s.display_name = "Blend Images";
        s.essentials_category = "Image Tools";
        s.search_aliases = {"mix images"};
        s.in("image1", &ImageBlend::image1);
        s.in("image2", &ImageBlend::image2);
        s.in("blend_factor", &ImageBlend::blend_factor).range(0.0, 1.0).step(0.01);
        s.in("blend_mode", &ImageBlend::blend_mode).choices(one_of(inference::blend_modes));
    }

    Image execute() const {
        const Tensor& below = image1.pixels;
        Tensor above = inference::with_channels_of(image2.pixels, below);
        if (above.sizes() != below.sizes())
            above = inference::resize_image(above, below.size(2), below.size(1), "bicubic", inference::Crop::center);
        const Tensor blended = inference::blend(below, above, blend_mode);
        return {(below * (1 - blend_factor) + blended * blend_factor).clamp(0, 1)};
    }
};

}  // namespace

void register_image_blend(Registry& registry) { registry.add<ImageBlend>("ImageBlend"); }

}  // namespace easel::nodes
