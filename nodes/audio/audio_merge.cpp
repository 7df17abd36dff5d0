#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_mixing.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/choices.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct AudioMerge {
    std::optional<Audio> audio1;
    std::optional<Audio> audio2;
    std::string merge_method;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Merge Audio";
        s.description = "Combine two audio tracks by overlaying their waveforms.";
        s.search_aliases = {"mix audio", "overlay audio", "layer audio"};
        required_input(s, "audio1", &AudioMerge::audio1);
        required_input(s, "audio2", &AudioMerge::audio2);
        s.in("merge_method", &AudioMerge::merge_method)
            .choices(one_of({"add", "mean", "subtract", "multiply"}))
            .tooltip("The method used to combine the audio waveforms.");
    }

    std::optional<Audio> execute() const {
        if (!audio1 || !audio2) return audio1 ? audio1 : audio2;
        const auto [first, second] = at_one_rate(*audio1, *audio2);
        const std::int64_t length = first.waveform.size(-1), other_length = second.waveform.size(-1);
        if (length == 0 || other_length == 0) return first;
        const Tensor other = other_length < length ? at::constant_pad_nd(second.waveform, {0, length - other_length})
                                                   : second.waveform.slice(-1, 0, length);
        const Tensor merged = merge_method == "add"        ? first.waveform + other
                              : merge_method == "subtract" ? first.waveform - other
                              : merge_method == "multiply" ? first.waveform * other
                                                           : (first.waveform + other) / 2;
        const double loudest = merged.abs().max().item<double>();
        return Audio{loudest > 1.0 ? merged / loudest : merged, first.sample_rate};
    }
};

}  // namespace

void register_audio_merge(Registry& registry) { registry.add<AudioMerge>("AudioMerge"); }

}  // namespace easel::nodes
