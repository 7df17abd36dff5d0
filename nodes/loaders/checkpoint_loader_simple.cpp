#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct CheckpointLoaderSimple {
    std::string ckpt_name;

    static void declare(Schema& s) {
        s.category = "model/loaders";
        s.display_name = "Load Checkpoint";
        s.description = "Loads a diffusion model checkpoint, diffusion models are used to denoise latents.";
        s.search_aliases = {"load model", "checkpoint", "model loader", "load checkpoint", "ckpt", "model"};
        s.in("ckpt_name", &CheckpointLoaderSimple::ckpt_name)
            .choices(files_in("checkpoints"))
            .tooltip("The name of the checkpoint (model) to load.");
        s.out("MODEL").tooltip = "The model used for denoising latents.";
        s.out("CLIP").tooltip = "The CLIP model used for encoding text prompts.";
        s.out("VAE").tooltip = "The VAE model used for encoding and decoding images to and from latent space.";
    }

    std::tuple<std::optional<Model>, std::optional<Clip>, std::optional<Vae>> execute(Context& context) const {
        const auto path = context.use<Folders>().require("checkpoints", ckpt_name);
        auto parts = context.use<inference::Engine>().load_checkpoint(path);
        return {std::move(parts.model), std::move(parts.clip), std::move(parts.vae)};
    }
};

}  // namespace

void register_checkpoint_loader_simple(Registry& registry) {
    registry.add<CheckpointLoaderSimple>("CheckpointLoaderSimple");
}

}  // namespace easel::nodes
