#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageRotate {
    Image image;
    std::string rotation;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/transform";
        s.display_name = "Rotate Image";
        s.essentials_category = "Image Tools";
        s.search_aliases = {"turn", "flip orientation"};
        s.in("image", &ImageRotate::image);
        s.in("rotation", &ImageRotate::rotation).choices(one_of({"none", "90 degrees", "180 degrees", "270 degrees"}));
    }

    Image execute() const {
        const int clockwise = rotation.starts_with("90")    ? 1
                              : rotation.starts_with("180") ? 2
                              : rotation.starts_with("270") ? 3
                                                            : 0;
        return {at::rot90(image.pixels, clockwise, {2, 1})};
    }
};

}  // namespace

void register_image_rotate(Registry& registry) { registry.add<ImageRotate>("ImageRotate"); }

}  // namespace easel::nodes
