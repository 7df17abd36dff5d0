#include "inference/vae/sound/sound.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VAEEncodeAudio {
    Audio audio;
    Vae vae;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "model/latent";
        s.display_name = "VAE Encode Audio";
        s.search_aliases = {"audio to latent"};
        s.in("audio", &VAEEncodeAudio::audio);
        s.in("vae", &VAEEncodeAudio::vae);
    }

    Latent execute() const {
        return {.samples =
                    inference::encode_sound(vae, {.waveform = audio.waveform, .sample_rate = audio.sample_rate})};
    }
};

}  // namespace

void register_vae_encode_audio(Registry& registry) { registry.add<VAEEncodeAudio>("VAEEncodeAudio"); }

}  // namespace easel::nodes
