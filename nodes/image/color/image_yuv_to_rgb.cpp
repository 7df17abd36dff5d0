#include "inference/image/color_spaces.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageYUVToRGB {
    Image y;
    Image u;
    Image v;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_morphology";
        s.category = "image/color";
        s.display_name = "Image YUV to RGB";
        s.search_aliases = {"color space conversion"};
        s.in("Y", &ImageYUVToRGB::y);
        s.in("U", &ImageYUVToRGB::u);
        s.in("V", &ImageYUVToRGB::v);
    }

    Image execute() const {
        const Tensor planes = at::stack({y.pixels.mean(-1), u.pixels.mean(-1), v.pixels.mean(-1)}, 1);
        return {inference::ycbcr_to_rgb(planes).movedim(1, -1)};
    }
};

}  // namespace

void register_image_yuv_to_rgb(Registry& registry) { registry.add<ImageYUVToRGB>("ImageYUVToRGB"); }

}  // namespace easel::nodes
