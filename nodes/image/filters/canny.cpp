#include "inference/image/canny.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct Canny {
    Image image;
    double low_threshold = 0.4;
    double high_threshold = 0.8;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_canny";
        s.category = "image/filters";
        s.display_name = "Detect Edges (Canny)";
        s.essentials_category = "Image Tools";
        s.search_aliases = {"edge detection", "outline", "contour detection", "line art"};
        s.in("image", &Canny::image);
        s.in("low_threshold", &Canny::low_threshold).range(0.01, 0.99).step(0.01);
        s.in("high_threshold", &Canny::high_threshold).range(0.01, 0.99).step(0.01);
    }

    Image execute() const {
        const Tensor edges = inference::canny_edges(image.pixels, low_threshold, high_threshold);
        return {edges.unsqueeze(-1).expand({-1, -1, -1, 3})};
    }
};

}  // namespace

void register_canny(Registry& registry) { registry.add<Canny>("Canny"); }

}  // namespace easel::nodes
