#include "inference/image/filters.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageBlur {
    Image image;
    std::int64_t blur_radius = 1;
    double sigma = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "image/filters";
        s.display_name = "Blur Image";
        s.in("image", &ImageBlur::image);
        s.in("blur_radius", &ImageBlur::blur_radius).range(1, 31).step(1);
        s.in("sigma", &ImageBlur::sigma).range(0.1, 10.0).step(0.1);
    }

    Image execute() const { return {inference::blur(image.pixels, blur_radius, sigma)}; }
};

}  // namespace

void register_image_blur(Registry& registry) { registry.add<ImageBlur>("ImageBlur"); }

}  // namespace easel::nodes
