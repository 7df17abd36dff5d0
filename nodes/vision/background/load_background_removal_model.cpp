#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/background/background_socket.hpp"

#include <memory>

namespace easel::nodes {
namespace {

struct LoadBackgroundRemovalModel {
    std::string bg_removal_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_bg_removal";
        s.category = "model/loaders";
        s.display_name = "Load Background Removal Model";
        s.in("bg_removal_name", &LoadBackgroundRemovalModel::bg_removal_name)
            .choices(files_in("background_removal"))
            .tooltip("The model used to remove backgrounds from images");
        s.out("bg_model");
    }

    std::shared_ptr<const inference::BiRefNet> execute(Context& context) const {
        return std::make_shared<const inference::BiRefNet>(context.use<inference::Engine>().load_network(
            context.use<Folders>().require("background_removal", bg_removal_name), "background removal model",
            inference::birefnet_tensors));
    }
};

}  // namespace

void register_load_background_removal_model(Registry& registry) {
    registry.add<LoadBackgroundRemovalModel>("LoadBackgroundRemovalModel");
}

}  // namespace easel::nodes
