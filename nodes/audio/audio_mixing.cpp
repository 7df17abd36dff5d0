#include "nodes/audio/audio_mixing.hpp"

#include "inference/audio/resample.hpp"

#include <algorithm>

namespace easel::nodes {

std::pair<Audio, Audio> at_one_rate(const Audio& first, const Audio& second) {
    const std::int64_t rate = std::max(first.sample_rate, second.sample_rate);
    const auto resampled = [rate](const Audio& audio) {
        return Audio{inference::resample(audio.waveform, audio.sample_rate, rate), rate};
    };
    return {resampled(first), resampled(second)};
}

}  // namespace easel::nodes
