#include "inference/image/filters.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageSharpen {
    Image image;
    std::int64_t sharpen_radius = 1;
    double sigma = 1.0;
    double alpha = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_post_processing";
        s.category = "image/filters";
        s.display_name = "Sharpen Image";
        s.in("image", &ImageSharpen::image);
        s.in("sharpen_radius", &ImageSharpen::sharpen_radius).range(1, 31).step(1).advanced();
        s.in("sigma", &ImageSharpen::sigma).range(0.1, 10.0).step(0.01).advanced();
        s.in("alpha", &ImageSharpen::alpha).range(0.0, 5.0).step(0.01).advanced();
    }

    Image execute() const { return {inference::sharpen(image.pixels, sharpen_radius, sigma, alpha)}; }
};

}  // namespace

void register_image_sharpen(Registry& registry) { registry.add<ImageSharpen>("ImageSharpen"); }

}  // namespace easel::nodes
