#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageColorToMask {
    Image image;
    std::int64_t color = 0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/mask";
        s.display_name = "Convert Image Color to Mask";
        s.search_aliases = {"color keying", "chroma key"};
        s.in("image", &ImageColorToMask::image);
        s.in("color", &ImageColorToMask::color).range(0, 0xffffff).step(1).option("display", "number");
    }

    Mask execute() const {
        const Tensor bytes = image.pixels.clamp(0, 1).mul(255.0).round().to(at::kInt);
        const Tensor colors = bytes.select(3, 0) * 0x10000 + bytes.select(3, 1) * 0x100 + bytes.select(3, 2);
        return {colors.eq(color).to(at::kFloat)};
    }
};

}  // namespace

void register_image_color_to_mask(Registry& registry) { registry.add<ImageColorToMask>("ImageColorToMask"); }

}  // namespace easel::nodes
