#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/latent_upscale_socket.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LatentUpscaleModelLoader {
    std::string model_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_hunyuan";
        s.category = "model/loaders";
        s.display_name = "Load Latent Upscale Model";
        s.in("model_name", &LatentUpscaleModelLoader::model_name).choices(files_in("latent_upscale_models"));
    }

    LatentUpscaleModel execute(Context& context) const {
        const auto path = context.use<Folders>().require("latent_upscale_models", model_name);
        const auto weights = context.use<inference::Engine>().load_weights(path, inference::ModelPart::vae);
        if (inference::is_hunyuan_upsampler(weights)) return {.hunyuan = inference::make_hunyuan_upsampler(weights)};
        return {.ltx = std::make_shared<const inference::LatentUpsampler>(weights)};
    }
};

}  // namespace

void register_latent_upscale_model_loader(Registry& registry) {
    registry.add<LatentUpscaleModelLoader>("LatentUpscaleModelLoader");
}

}  // namespace easel::nodes
