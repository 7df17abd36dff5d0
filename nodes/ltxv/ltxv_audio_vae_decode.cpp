#include "nodes/audio/decoded_audio.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVAudioVAEDecode {
    Latent samples;
    Vae audio_vae;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt_audio";
        s.category = "model/latent/ltxv";
        s.display_name = "LTXV Audio VAE Decode";
        s.in("samples", &LTXVAudioVAEDecode::samples).tooltip("The latent to be decoded.");
        s.in("audio_vae", &LTXVAudioVAEDecode::audio_vae)
            .option("display_name", "Audio VAE")
            .tooltip("The Audio VAE model used for decoding the latent.");
        s.out("Audio");
    }

    Audio execute() const { return audio_of(inference::decode_sound(audio_vae, sound_samples(samples))); }
};

}  // namespace

void register_ltxv_audio_vae_decode(Registry& registry) { registry.add<LTXVAudioVAEDecode>("LTXVAudioVAEDecode"); }

}  // namespace easel::nodes

