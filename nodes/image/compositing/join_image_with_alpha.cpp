#include "inference/image/resize.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct JoinImageWithAlpha {
    Image image;
    Mask alpha;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_compositing";
        s.category = "image/compositing";
        s.display_name = "Join Image with Alpha";
        s.search_aliases = {"add transparency", "apply alpha", "composite alpha", "RGBA"};
        s.in("image", &JoinImageWithAlpha::image);
        s.in("alpha", &JoinImageWithAlpha::alpha);
    }

    Image execute() const {
        const Tensor& pixels = image.pixels;
        const std::int64_t count = std::max(pixels.size(0), alpha.values.size(0));
        const Tensor masks = alpha.values.reshape({-1, 1, alpha.values.size(-2), alpha.values.size(-1)});
        const Tensor resized = at::upsample_bilinear2d(masks, {pixels.size(1), pixels.size(2)}, false);
        const Tensor opacity = inference::repeat_to_batch(1.0 - resized.squeeze(1), count).unsqueeze(-1);
        return {at::cat({inference::repeat_to_batch(pixels, count).slice(3, 0, 3), opacity}, -1)};
    }
};

}  // namespace

void register_join_image_with_alpha(Registry& registry) { registry.add<JoinImageWithAlpha>("JoinImageWithAlpha"); }

}  // namespace easel::nodes
