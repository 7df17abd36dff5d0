#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/upscale_model_socket.hpp"

namespace easel::nodes {
namespace {

struct UpscaleModelLoader {
    std::string model_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_upscale_model";
        s.category = "model/loaders";
        s.display_name = "Load Upscale Model";
        s.in("model_name", &UpscaleModelLoader::model_name).choices(files_in("upscale_models"));
    }

    inference::UpscaleModel execute(Context& context) const {
        return context.use<inference::Engine>().load_upscale_model(
            context.use<Folders>().require("upscale_models", model_name));
    }
};

}  // namespace

void register_upscale_model_loader(Registry& registry) { registry.add<UpscaleModelLoader>("UpscaleModelLoader"); }

}  // namespace easel::nodes
