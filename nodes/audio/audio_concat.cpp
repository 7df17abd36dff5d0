#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_mixing.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AudioConcat {
    std::optional<Audio> audio1;
    std::optional<Audio> audio2;
    std::string direction = "after";

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Concatenate Audio";
        s.description = "Concatenates the audio1 to audio2 in the specified direction.";
        s.search_aliases = {"join audio", "combine audio", "append audio"};
        required_input(s, "audio1", &AudioConcat::audio1);
        required_input(s, "audio2", &AudioConcat::audio2);
        s.in("direction", &AudioConcat::direction)
            .choices(one_of({"after", "before"}))
            .default_value("after")
            .tooltip("Whether to append audio2 after or before audio1.");
    }

    std::optional<Audio> execute() const {
        if (!audio1 || !audio2) return audio1 ? audio1 : audio2;
        const auto stereo = [](const Audio& audio) {
            return audio.waveform.size(1) == 1 ? Audio{audio.waveform.repeat({1, 2, 1}), audio.sample_rate} : audio;
        };
        const auto [first, second] = at_one_rate(stereo(*audio1), stereo(*audio2));
        const bool is_after = direction == "after";
        return Audio{at::cat({(is_after ? first : second).waveform, (is_after ? second : first).waveform}, 2),
                     first.sample_rate};
    }
};

}  // namespace

void register_audio_concat(Registry& registry) { registry.add<AudioConcat>("AudioConcat"); }

}  // namespace easel::nodes
