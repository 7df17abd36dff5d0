#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageInvert {
    Image image;

    static void declare(Schema& s) {
        s.category = "image/color";
        s.display_name = "Invert Image Colors";
        s.essentials_category = "Image Tools";
        s.search_aliases = {"reverse colors"};
        s.in("image", &ImageInvert::image);
    }

    Image execute() const { return {1.0 - image.pixels}; }
};

}  // namespace

void register_image_invert(Registry& registry) { registry.add<ImageInvert>("ImageInvert"); }

}  // namespace easel::nodes
