#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"

#include <cmath>

namespace easel::nodes {
namespace {

struct EmptyAudio {
    double duration = 60.0;
    std::int64_t sample_rate = 44100;
    std::int64_t channels = 2;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Empty Audio";
        s.search_aliases = {"blank audio"};
        s.in("duration", &EmptyAudio::duration)
            .range(0.0, 18446744073709551615ull)
            .step(0.01)
            .tooltip("Duration of the empty audio clip in seconds");
        s.in("sample_rate", &EmptyAudio::sample_rate)
            .range(1, 192000)
            .advanced()
            .tooltip("Sample rate of the empty audio clip.");
        s.in("channels", &EmptyAudio::channels)
            .range(1, 2)
            .advanced()
            .tooltip("Number of audio channels (1 for mono, 2 for stereo).");
    }

    Audio execute() const {
        const auto samples = std::llrint(duration * double(sample_rate));
        return {at::zeros({1, channels, samples}), sample_rate};
    }
};

}  // namespace

void register_empty_audio(Registry& registry) { registry.add<EmptyAudio>("EmptyAudio"); }

}  // namespace easel::nodes
