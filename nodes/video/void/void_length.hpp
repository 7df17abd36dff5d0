// How long videos for VOID are.
#pragma once

#include <algorithm>
#include <cstdint>

namespace easel::nodes {

// Frames of a latent for so many of a video.
inline std::int64_t void_latent_frames(std::int64_t length) { return (length - 1) / 4 + 1; }

// `length`, or the largest below it that gives an even number of latent frames: the network reads them in pairs.
// (nodes_void._valid_void_length)
inline std::int64_t void_length(std::int64_t length) {
    const std::int64_t frames = void_latent_frames(length);
    return frames % 2 == 0 ? length : (std::max<std::int64_t>(2, frames / 2 * 2) - 1) * 4 + 1;
}

}  // namespace easel::nodes
