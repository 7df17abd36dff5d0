#include "inference/image/color_spaces.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageRGBToYUV {
    Image image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_morphology";
        s.category = "image/color";
        s.display_name = "Image RGB to YUV";
        s.search_aliases = {"color space conversion"};
        s.in("image", &ImageRGBToYUV::image);
        s.out("Y");
        s.out("U");
        s.out("V");
    }

    std::tuple<Image, Image, Image> execute() const {
        const Tensor planes = inference::rgb_to_ycbcr(image.pixels.movedim(-1, 1)).movedim(1, -1);
        const auto grey = [&](std::int64_t i) { return Image{planes.slice(-1, i, i + 1).expand_as(image.pixels)}; };
        return {grey(0), grey(1), grey(2)};
    }
};

}  // namespace

void register_image_rgb_to_yuv(Registry& registry) { registry.add<ImageRGBToYUV>("ImageRGBToYUV"); }

}  // namespace easel::nodes
