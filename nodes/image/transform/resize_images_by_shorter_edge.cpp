#include "inference/image/resize.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct ResizeImagesByShorterEdge {
    Image images;
    std::int64_t shorter_edge = 512;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_dataset";
        s.category = "image/transform";
        s.display_name = "Resize Images by Shorter Edge (DEPRECATED)";
        s.description =
            "Resize images so that the shorter edge matches the specified dimension while preserving aspect ratio.";
        s.deprecated = true;
        s.experimental = true;
        s.in("images", &ResizeImagesByShorterEdge::images).tooltip("Image to process.");
        s.in("shorter_edge", &ResizeImagesByShorterEdge::shorter_edge)
            .range(1, 8192)
            .tooltip("Target dimension for the shorter edge.");
        s.out("images").tooltip = "Processed images";
    }

    Image execute() const {
        const std::int64_t height = images.pixels.size(1), width = images.pixels.size(2);
        const double side = double(shorter_edge);
        const bool by_width = width < height;
        const std::int64_t new_width = by_width ? shorter_edge : std::int64_t(double(width) * (side / double(height)));
        const std::int64_t new_height = by_width ? std::int64_t(double(height) * (side / double(width))) : shorter_edge;
        return {inference::resize_image(images.pixels, new_width, new_height, "lanczos")};
    }
};

}  // namespace

void register_resize_images_by_shorter_edge(Registry& registry) {
    registry.add<ResizeImagesByShorterEdge>("ResizeImagesByShorterEdge");
}

}  // namespace easel::nodes
