#include "base/error.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {
namespace {

struct SplitAudioChannels {
    std::optional<Audio> audio;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Split Audio Channels";
        s.description = "Separates the audio into left and right channels.";
        s.search_aliases = {"stereo to mono"};
        required_input(s, "audio", &SplitAudioChannels::audio);
        s.out("left");
        s.out("right");
    }

    std::tuple<std::optional<Audio>, std::optional<Audio>> execute() const {
        if (!audio) return {std::nullopt, std::nullopt};
        const std::int64_t channels = audio->waveform.size(1);
        if (channels != 2)
            throw UserError("AudioSplit: Input audio must be stereo (2 channels), got " + std::to_string(channels) +
                            " channel(s).");
        const auto channel = [&](std::int64_t i) {
            return Audio{audio->waveform.slice(1, i, i + 1), audio->sample_rate};
        };
        return {channel(0), channel(1)};
    }
};

}  // namespace

void register_split_audio_channels(Registry& registry) { registry.add<SplitAudioChannels>("SplitAudioChannels"); }

}  // namespace easel::nodes
