#include "base/error.hpp"
#include "nodes/audio/audio.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/types.hpp"

#include <algorithm>
#include <cmath>

namespace easel::nodes {
namespace {

struct TrimAudioDuration {
    std::optional<Audio> audio;
    double start_index = 0.0;
    double duration = 60.0;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Trim Audio Duration";
        s.description = "Trim audio tensor into chosen time range.";
        s.search_aliases = {"cut audio", "audio clip", "shorten audio"};
        required_input(s, "audio", &TrimAudioDuration::audio);
        s.in("start_index", &TrimAudioDuration::start_index)
            .range(-18446744073709551615.0, 18446744073709551615ull)
            .step(0.01)
            .tooltip("Start time in seconds, can be negative to count from the end (supports sub-seconds).");
        s.in("duration", &TrimAudioDuration::duration).least(0.0).step(0.01).tooltip("Duration in seconds");
    }

    std::optional<Audio> execute() const {
        if (!audio) return std::nullopt;
        const std::int64_t length = audio->waveform.size(-1);
        if (length == 0) return audio;
        const auto samples = [&](double seconds) { return std::llrint(seconds * double(audio->sample_rate)); };
        const std::int64_t first =
            std::clamp<std::int64_t>((start_index < 0 ? length : 0) + samples(start_index), 0, length);
        const std::int64_t last = std::clamp<std::int64_t>(first + samples(duration), 0, length);
        if (first >= last)
            throw UserError("TrimAudioDuration: Start time must be less than end time and be within the audio length.");
        return Audio{audio->waveform.slice(-1, first, last), audio->sample_rate};
    }
};

}  // namespace

void register_trim_audio_duration(Registry& registry) { registry.add<TrimAudioDuration>("TrimAudioDuration"); }

}  // namespace easel::nodes
