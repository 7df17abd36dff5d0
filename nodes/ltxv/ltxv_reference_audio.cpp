#include "inference/models/ltxv/guidance.hpp"
#include "inference/models/ltxv/sound.hpp"
#include "inference/vae/sound/sound.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct LTXVReferenceAudio {
    Model model;
    Conditioning positive;
    Conditioning negative;
    Audio reference_audio;
    Vae audio_vae;
    double identity_guidance_scale = 3.0;
    double start_percent = 0.0;
    double end_percent = 1.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_lt";
        s.category = "model/conditioning/ltxv";
        s.display_name = "LTXV Reference Audio (ID-LoRA)";
        s.description = "Set reference audio for ID-LoRA speaker identity transfer. Encodes a reference audio clip "
                        "into the conditioning and optionally patches the model with identity guidance (extra forward "
                        "pass without reference, amplifying the speaker identity effect).";
        s.in("model", &LTXVReferenceAudio::model);
        s.in("positive", &LTXVReferenceAudio::positive);
        s.in("negative", &LTXVReferenceAudio::negative);
        s.in("reference_audio", &LTXVReferenceAudio::reference_audio)
            .tooltip("Reference audio clip whose speaker identity to transfer. ~5 seconds recommended (training "
                     "duration). Shorter or longer clips may degrade voice identity transfer.");
        s.in("audio_vae", &LTXVReferenceAudio::audio_vae)
            .option("display_name", "Audio VAE")
            .tooltip("LTXV Audio VAE for encoding.");
        s.in("identity_guidance_scale", &LTXVReferenceAudio::identity_guidance_scale)
            .range(0.0, 100.0)
            .step(0.01)
            .round(0.01)
            .tooltip("Strength of identity guidance. Runs an extra forward pass without reference each step to amplify "
                     "speaker identity. Set to 0 to disable (no extra pass).");
        s.in("start_percent", &LTXVReferenceAudio::start_percent)
            .range(0.0, 1.0)
            .step(0.001)
            .advanced()
            .tooltip("Start of the sigma range where identity guidance is active.");
        s.in("end_percent", &LTXVReferenceAudio::end_percent)
            .range(0.0, 1.0)
            .step(0.001)
            .advanced()
            .tooltip("End of the sigma range where identity guidance is active.");
        s.out("MODEL");
        s.out("positive");
        s.out("negative");
    }

    std::tuple<Model, Conditioning, Conditioning> execute() const {
        const Tensor latent = inference::encode_sound(
            audio_vae, {.waveform = reference_audio.waveform, .sample_rate = reference_audio.sample_rate});
        const auto with_voice = [tokens = latent.transpose(1, 2).flatten(2)](Conditioning conditions) {
            for (inference::Condition& condition : conditions)
                condition.extra[inference::ltxv::reference_sound_name] = tokens;
            return conditions;
        };
        const Model guided = inference::ltxv::voice_guidance(
            model, {.scale = identity_guidance_scale, .start_percent = start_percent, .end_percent = end_percent});
        return {guided, with_voice(positive), with_voice(negative)};
    }
};

}  // namespace

void register_ltxv_reference_audio(Registry& registry) { registry.add<LTXVReferenceAudio>("LTXVReferenceAudio"); }

}  // namespace easel::nodes

