#include "nodes/types.hpp"
#include "nodes/upscale_model_socket.hpp"

namespace easel::nodes {
namespace {

struct ImageUpscaleWithModel {
    inference::UpscaleModel upscale_model;
    Image image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_upscale_model";
        s.category = "image/upscaling";
        s.display_name = "Upscale Image (using Model)";
        s.search_aliases = {"upscale",          "upscaler", "upsc",     "enlarge image",
                            "super resolution", "hires",    "superres", "increase resolution"};
        s.in("upscale_model", &ImageUpscaleWithModel::upscale_model);
        s.in("image", &ImageUpscaleWithModel::image);
    }

    Image execute(Context& context) const {
        return {upscale_model.upscale(image.pixels, [&](std::int64_t done, std::int64_t total) {
            context.progress(static_cast<double>(done), static_cast<double>(total));
        })};
    }
};

}  // namespace

void register_image_upscale_with_model(Registry& registry) {
    registry.add<ImageUpscaleWithModel>("ImageUpscaleWithModel");
}

}  // namespace easel::nodes
