#include "base/error.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/audio/audio_mixing.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/types.hpp"

#include <algorithm>

namespace easel::nodes {
namespace {

struct JoinAudioChannels {
    std::optional<Audio> audio_left;
    std::optional<Audio> audio_right;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Join Audio Channels";
        s.description = "Joins left and right mono audio channels into a stereo audio.";
        required_input(s, "audio_left", &JoinAudioChannels::audio_left);
        required_input(s, "audio_right", &JoinAudioChannels::audio_right);
        s.out("audio");
    }

    std::optional<Audio> execute() const {
        if (!audio_left || !audio_right) return audio_left ? audio_left : audio_right;
        if (audio_left->waveform.size(1) != 1 || audio_right->waveform.size(1) != 1)
            throw UserError("AudioJoin: Both input audios must be mono.");
        const auto [left, right] = at_one_rate(*audio_left, *audio_right);
        const std::int64_t length = std::min(left.waveform.size(-1), right.waveform.size(-1));
        return Audio{at::cat({left.waveform.slice(-1, 0, length), right.waveform.slice(-1, 0, length)}, 1),
                     left.sample_rate};
    }
};

}  // namespace

void register_join_audio_channels(Registry& registry) { registry.add<JoinAudioChannels>("JoinAudioChannels"); }

}  // namespace easel::nodes
