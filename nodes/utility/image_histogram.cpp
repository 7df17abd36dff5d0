#include "inference/image/histogram.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ImageHistogram {
    Image image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_curve";
        s.category = "utilities";
        s.display_name = "Image Histogram";
        s.in("image", &ImageHistogram::image);
        s.out("rgb").type = "HISTOGRAM";
        s.out("luminance").type = "HISTOGRAM";
        s.out("red").type = "HISTOGRAM";
        s.out("green").type = "HISTOGRAM";
        s.out("blue").type = "HISTOGRAM";
    }

    std::tuple<Json, Json, Json, Json, Json> execute() const {
        const inference::PictureHistogram counts = inference::histogram_of(image.pixels[0]);
        return {counts.rgb, counts.luminance, counts.red, counts.green, counts.blue};
    }
};

}  // namespace

void register_image_histogram(Registry& registry) { registry.add<ImageHistogram>("ImageHistogram"); }

}  // namespace easel::nodes
