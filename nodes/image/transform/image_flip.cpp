#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageFlip {
    Image image;
    std::string flip_method;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image/transform";
        s.display_name = "Flip Image";
        s.search_aliases = {"mirror", "reflect"};
        s.in("image", &ImageFlip::image);
        s.in("flip_method", &ImageFlip::flip_method).choices(one_of({"x-axis: vertically", "y-axis: horizontally"}));
    }

    Image execute() const { return {at::flip(image.pixels, {flip_method.starts_with("x") ? 1 : 2})}; }
};

}  // namespace

void register_image_flip(Registry& registry) { registry.add<ImageFlip>("ImageFlip"); }

}  // namespace easel::nodes
