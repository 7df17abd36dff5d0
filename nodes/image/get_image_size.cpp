#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct GetImageSize {
    Image image;
    std::string unique_id;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_images";
        s.category = "image";
        s.display_name = "Get Image Size";
        s.description = "Returns width and height of the image, and passes it through unchanged.";
        s.search_aliases = {"dimensions", "resolution", "image info"};
        s.in("image", &GetImageSize::image);
        s.hidden_in("unique_id", "UNIQUE_ID", &GetImageSize::unique_id);
        s.out("width");
        s.out("height");
        s.out("batch_size");
    }

    std::tuple<std::int64_t, std::int64_t, std::int64_t> execute(Context& context) const {
        const std::int64_t width = image.pixels.size(2), height = image.pixels.size(1), count = image.pixels.size(0);
        context.text("width: " + std::to_string(width) + ", height: " + std::to_string(height) +
                     "\n batch size: " + std::to_string(count));
        return {width, height, count};
    }
};

}  // namespace

void register_get_image_size(Registry& registry) { registry.add<GetImageSize>("GetImageSize"); }

}  // namespace easel::nodes
