#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct TextEncodeAceStepAudio15 {
    Clip clip;
    std::string tags;
    std::string lyrics;
    std::uint64_t seed = 0;
    std::int64_t bpm = 120;
    double duration = 120.0;
    std::string timesignature;
    std::string language = "en";
    std::string keyscale;
    bool generate_audio_codes = true;
    double cfg_scale = 2.0;
    double temperature = 0.85;
    double top_p = 0.9;
    std::int64_t top_k = 0;
    double min_p = 0.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_ace";
        s.category = "model/conditioning/ace";
        s.in("clip", &TextEncodeAceStepAudio15::clip);
        s.in("tags", &TextEncodeAceStepAudio15::tags).no_default().multiline().dynamic_prompts();
        s.in("lyrics", &TextEncodeAceStepAudio15::lyrics).no_default().multiline().dynamic_prompts();
        s.in("seed", &TextEncodeAceStepAudio15::seed).range(0, 18446744073709551615ull).control_after_generate();
        s.in("bpm", &TextEncodeAceStepAudio15::bpm).range(10, 300);
        s.in("duration", &TextEncodeAceStepAudio15::duration).range(0.0, 2000.0).step(0.1);
        s.in("timesignature", &TextEncodeAceStepAudio15::timesignature).choices(one_of({"2", "3", "4", "6"}));
        s.in("language", &TextEncodeAceStepAudio15::language)
            .choices(one_of({"ar", "az", "bg", "bn", "ca", "cs", "da", "de", "el", "en",  "es", "fa",     "fi",
                             "fr", "he", "hi", "hr", "ht", "hu", "id", "is", "it", "ja",  "ko", "la",     "lt",
                             "ms", "ne", "nl", "no", "pa", "pl", "pt", "ro", "ru", "sa",  "sk", "sr",     "sv",
                             "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "yue", "zh", "unknown"}))
            .default_value("en");
        s.in("keyscale", &TextEncodeAceStepAudio15::keyscale)
            .choices(one_of({"C major",  "C# major", "Db major", "D major",  "D# major", "Eb major", "E major",
                             "F major",  "F# major", "Gb major", "G major",  "G# major", "Ab major", "A major",
                             "A# major", "Bb major", "B major",  "C minor",  "C# minor", "Db minor", "D minor",
                             "D# minor", "Eb minor", "E minor",  "F minor",  "F# minor", "Gb minor", "G minor",
                             "G# minor", "Ab minor", "A minor",  "A# minor", "Bb minor", "B minor"}));
        s.in("generate_audio_codes", &TextEncodeAceStepAudio15::generate_audio_codes)
            .advanced()
            .tooltip("Enable the LLM that generates audio codes. This can be slow but will increase the quality of the "
                     "generated audio. Turn this off if you are giving the model an audio reference.");
        s.in("cfg_scale", &TextEncodeAceStepAudio15::cfg_scale).range(0.0, 100.0).step(0.1).advanced();
        s.in("temperature", &TextEncodeAceStepAudio15::temperature).range(0.0, 2.0).step(0.01).advanced();
        s.in("top_p", &TextEncodeAceStepAudio15::top_p).range(0.0, 2000.0).step(0.01).advanced();
        s.in("top_k", &TextEncodeAceStepAudio15::top_k).range(0, 100).advanced();
        s.in("min_p", &TextEncodeAceStepAudio15::min_p).range(0.0, 1.0).step(0.001).advanced();
    }

    Conditioning execute() const {
        return clip.encode({
            .prompt = tags,
            .by_encoder =
                {{"lyrics", lyrics}, {"language", language}, {"keyscale", keyscale}, {"seed", std::to_string(seed)}},
            .settings = {{"bpm", static_cast<double>(bpm)},
                         {"duration", duration},
                         {"timesignature", std::stod(timesignature)},
                         {"generate_audio_codes", generate_audio_codes ? 1.0 : 0.0},
                         {"cfg_scale", cfg_scale},
                         {"temperature", temperature},
                         {"top_p", top_p},
                         {"top_k", static_cast<double>(top_k)},
                         {"min_p", min_p}},
        });
    }
};

}  // namespace

void register_text_encode_ace_step_audio1_5(Registry& registry) {
    registry.add<TextEncodeAceStepAudio15>("TextEncodeAceStepAudio1.5");
}

}  // namespace easel::nodes
