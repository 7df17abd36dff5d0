#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"
#include "nodes/vision/vision_sockets.hpp"

namespace easel::nodes {
namespace {

struct UnClipCheckpointLoader {
    std::string ckpt_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load unCLIP Checkpoint";
        s.in("ckpt_name", &UnClipCheckpointLoader::ckpt_name).choices(files_in("checkpoints"));
        s.out("MODEL");
        s.out("CLIP");
        s.out("VAE");
        s.out("CLIP_VISION");
    }

    std::tuple<std::optional<Model>, std::optional<Clip>, std::optional<Vae>, std::optional<inference::ClipVision>>
    execute(Context& context) const {
        const auto path = context.use<Folders>().require("checkpoints", ckpt_name);
        auto parts = context.use<inference::Engine>().load_checkpoint(path);
        return {std::move(parts.model), std::move(parts.clip), std::move(parts.vae), std::move(parts.vision)};
    }
};

}  // namespace

void register_un_clip_checkpoint_loader(Registry& registry) {
    registry.add<UnClipCheckpointLoader>("unCLIPCheckpointLoader");
}

}  // namespace easel::nodes
