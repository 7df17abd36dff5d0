#include "inference/vae/sound/sound.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVAudioVAEEncode {
    Audio audio;
    Vae audio_vae;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt_audio";
        s.category = "model/latent/ltxv";
        s.display_name = "LTXV Audio VAE Encode";
        s.in("audio", &LTXVAudioVAEEncode::audio).tooltip("The audio to be encoded.");
        s.in("audio_vae", &LTXVAudioVAEEncode::audio_vae)
            .option("display_name", "Audio VAE")
            .tooltip("The Audio VAE model to use for encoding.");
        s.out("Audio Latent");
    }

    Latent execute() const {
        return {.samples =
                    inference::encode_sound(audio_vae, {.waveform = audio.waveform, .sample_rate = audio.sample_rate})};
    }
};

}  // namespace

void register_ltxv_audio_vae_encode(Registry& registry) { registry.add<LTXVAudioVAEEncode>("LTXVAudioVAEEncode"); }

}  // namespace easel::nodes

