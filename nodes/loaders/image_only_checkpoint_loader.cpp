#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct ImageOnlyCheckpointLoader {
    std::string ckpt_name;

    static void declare(Schema& s) {
        s.python_module = "comfy_extras.nodes_video_model";
        s.category = "model/loaders";
        s.display_name = "Load Checkpoint Image Only (img2vid model)";
        s.in("ckpt_name", &ImageOnlyCheckpointLoader::ckpt_name).choices(files_in("checkpoints"));
        s.out("MODEL");
        s.out("CLIP_VISION");
        s.out("VAE");
    }

    std::tuple<std::optional<Model>, std::optional<inference::ClipVision>, std::optional<Vae>>
    execute(Context& context) const {
        const auto path = context.use<Folders>().require("checkpoints", ckpt_name);
        auto parts = context.use<inference::Engine>().load_checkpoint(path);
        return {std::move(parts.model), std::move(parts.vision), std::move(parts.vae)};
    }
};

}  // namespace

void register_image_only_checkpoint_loader(Registry& registry) {
    registry.add<ImageOnlyCheckpointLoader>("ImageOnlyCheckpointLoader");
}

}  // namespace easel::nodes
