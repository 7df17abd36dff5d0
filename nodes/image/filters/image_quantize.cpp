#include "inference/image/quantize.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageQuantize {
    Image image;
    std::int64_t colors = 256;
    std::string dither;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "image/filters";
        s.display_name = "Quantize Image";
        s.in("image", &ImageQuantize::image);
        s.in("colors", &ImageQuantize::colors).range(1, 256).step(1);
        s.in("dither", &ImageQuantize::dither).choices(one_of(inference::dither_names));
    }

    Image execute() const { return {inference::quantized(image.pixels, int(colors), dither)}; }
};

}  // namespace

void register_image_quantize(Registry& registry) { registry.add<ImageQuantize>("ImageQuantize"); }

}  // namespace easel::nodes
