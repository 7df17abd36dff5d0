#include "base/folders.hpp"
#include "inference/engine.hpp"
#include "inference/vae/ltxv/audio.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVAudioVAELoader {
    std::string ckpt_name;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt_audio";
        s.category = "model/loaders";
        s.display_name = "Load LTXV Audio VAE";
        s.in("ckpt_name", &LTXVAudioVAELoader::ckpt_name)
            .choices(files_in("checkpoints"))
            .tooltip("Audio VAE checkpoint to load.");
        s.out("Audio VAE");
    }

    Vae execute(Context& context) const {
        const auto path = context.use<Folders>().require("checkpoints", ckpt_name);
        const auto weights = context.use<inference::Engine>().load_weights(path, inference::ModelPart::vae);
        return Vae(std::make_shared<inference::AutoencoderLtxAudio>(weights)).with_weights(weights.table());
    }
};

}  // namespace

void register_ltxv_audio_vae_loader(Registry& registry) { registry.add<LTXVAudioVAELoader>("LTXVAudioVAELoader"); }

}  // namespace easel::nodes
