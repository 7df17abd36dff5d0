#include "inference/image/blend.hpp"
#include "inference/image/composite.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageCompositeMasked {
    Image destination;
    Image source;
    std::int64_t x = 0;
    std::int64_t y = 0;
    bool resize_source = false;
    std::optional<Mask> mask;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_mask";
        s.category = "image/compositing";
        s.display_name = "Image Composite Masked";
        s.search_aliases = {"overlay", "layer", "paste image", "images composition"};
        s.in("destination", &ImageCompositeMasked::destination);
        s.in("source", &ImageCompositeMasked::source);
        s.in("x", &ImageCompositeMasked::x).range(0, 16384).step(1);
        s.in("y", &ImageCompositeMasked::y).range(0, 16384).step(1);
        s.in("resize_source", &ImageCompositeMasked::resize_source);
        s.in("mask", &ImageCompositeMasked::mask);
    }

    Image execute() const {
        const Tensor above = inference::with_channels_of(source.pixels, destination.pixels);
        const Tensor result = inference::composite_masked(destination.pixels.movedim(-1, 1), above.movedim(-1, 1),
                                                          mask ? mask->values : Tensor(),
                                                          {.x = x, .y = y, .unit = 1, .resize_source = resize_source});
        return {result.movedim(1, -1)};
    }
};

}  // namespace

void register_image_composite_masked(Registry& registry) { registry.add<ImageCompositeMasked>("ImageCompositeMasked"); }

}  // namespace easel::nodes
