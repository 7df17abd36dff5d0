#include "nodes/audio/decoded_audio.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct VAEDecodeAudio {
    Latent samples;
    Vae vae;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "model/latent";
        s.display_name = "VAE Decode Audio";
        s.search_aliases = {"latent to audio"};
        s.in("samples", &VAEDecodeAudio::samples);
        s.in("vae", &VAEDecodeAudio::vae);
    }

    Audio execute() const {
        return audio_of(inference::levelled(inference::decode_sound(vae, sound_samples(samples))));
    }
};

}  // namespace

void register_vae_decode_audio(Registry& registry) { registry.add<VAEDecodeAudio>("VAEDecodeAudio"); }

}  // namespace easel::nodes

