// How MiniMax Music 3 counts time: a language model writes 25 frames a second, of which the network makes more moments
// of 512 samples each.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace easel::inference {

constexpr double music_frames_per_second = 25.0;
constexpr int64_t most_music_frames = 9000;

// The frames of so many seconds; halves are rounded to even.
inline int64_t music_frames(double seconds) {
    return std::clamp<int64_t>(static_cast<int64_t>(std::nearbyint(seconds * music_frames_per_second)), 1,
                               most_music_frames);
}

// The moments of so many frames. (latent_length)
inline int64_t music_moments(int64_t frames) {
    return std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(frames) * 44100.0 / 24000.0 * 960.0 / 512.0));
}

}  // namespace easel::inference
