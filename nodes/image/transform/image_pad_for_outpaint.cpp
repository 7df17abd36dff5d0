#include "inference/image/outpaint.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImagePadForOutpaint {
    Image image;
    std::int64_t left = 0;
    std::int64_t top = 0;
    std::int64_t right = 0;
    std::int64_t bottom = 0;
    std::int64_t feathering = 40;

    static void declare(Schema& s) {
        s.category = "image/transform";
        s.display_name = "Pad Image for Outpainting";
        s.search_aliases = {"extend canvas", "expand image"};
        s.in("image", &ImagePadForOutpaint::image);
        s.in("left", &ImagePadForOutpaint::left).range(0, 16384).step(8);
        s.in("top", &ImagePadForOutpaint::top).range(0, 16384).step(8);
        s.in("right", &ImagePadForOutpaint::right).range(0, 16384).step(8);
        s.in("bottom", &ImagePadForOutpaint::bottom).range(0, 16384).step(8);
        s.in("feathering", &ImagePadForOutpaint::feathering).range(0, 16384).step(1).advanced();
    }

    std::tuple<Image, Mask> execute() const {
        inference::Outpainting padded = inference::pad_for_outpainting(
            image.pixels, {.left = left, .top = top, .right = right, .bottom = bottom}, feathering);
        return {Image{std::move(padded.pixels)}, Mask{std::move(padded.mask)}};
    }
};

}  // namespace

void register_image_pad_for_outpaint(Registry& registry) { registry.add<ImagePadForOutpaint>("ImagePadForOutpaint"); }

}  // namespace easel::nodes
