// Between the sounds of the inference layer and those on links.
#pragma once

#include "inference/vae/sound/sound.hpp"
#include "nodes/audio/audio.hpp"

#include <utility>

namespace easel::nodes {

// The sound's part of a latent: the last of several streams.
inline Tensor sound_samples(const Latent& latent) {
    return latent.streams.empty() ? latent.samples : latent.streams.back().samples;
}

inline Audio audio_of(inference::Sound sound) {
    return {.waveform = std::move(sound.waveform), .sample_rate = sound.sample_rate};
}

}  // namespace easel::nodes
