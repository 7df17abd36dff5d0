#include "nodes/types.hpp"
#include "nodes/vision/background/background_socket.hpp"

#include <memory>

namespace easel::nodes {
namespace {

struct RemoveBackground {
    std::shared_ptr<const inference::BiRefNet> bg_removal_model;
    Image image;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_bg_removal";
        s.category = "image/background removal";
        s.display_name = "Remove Background";
        s.description =
            "Generates a foreground mask to remove the background from an image using a background removal model.";
        s.in("bg_removal_model", &RemoveBackground::bg_removal_model)

            .tooltip("Background removal model used to generate the mask");
        s.in("image", &RemoveBackground::image).tooltip("Input image to remove the background from");
        s.out("mask").tooltip = "Generated foreground mask";
    }

    Mask execute() const { return {bg_removal_model->foreground(image.pixels)}; }
};

}  // namespace

void register_remove_background(Registry& registry) { registry.add<RemoveBackground>("RemoveBackground"); }

}  // namespace easel::nodes
