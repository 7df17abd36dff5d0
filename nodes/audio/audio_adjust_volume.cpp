#include "nodes/audio/audio.hpp"
#include "nodes/audio/silent_input.hpp"
#include "nodes/types.hpp"

#include <cmath>

namespace easel::nodes {
namespace {

struct AudioAdjustVolume {
    std::optional<Audio> audio;
    std::int64_t volume = 1;

    static void declare(Schema& s) {
        s.shape = RecordShape::modern;
        s.python_module = "comfy_extras.nodes_audio";
        s.category = "audio";
        s.display_name = "Adjust Audio Volume";
        s.description = "Adjust the volume of the audio by a specified amount in decibels (dB).";
        s.search_aliases = {"audio gain", "loudness", "audio level"};
        required_input(s, "audio", &AudioAdjustVolume::audio);
        s.in("volume", &AudioAdjustVolume::volume)
            .range(-100, 100)
            .tooltip("Volume adjustment in decibels (dB). 0 = no change, +6 = double, -6 = half, etc");
    }

    std::optional<Audio> execute() const {
        if (!audio || volume == 0) return audio;
        return Audio{audio->waveform * std::pow(10.0, double(volume) / 20), audio->sample_rate};
    }
};

}  // namespace

void register_audio_adjust_volume(Registry& registry) { registry.add<AudioAdjustVolume>("AudioAdjustVolume"); }

}  // namespace easel::nodes
