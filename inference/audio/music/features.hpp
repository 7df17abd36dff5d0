// What networks that make dances know of music: rhythm, timbre and harmony, thirty times a second.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference::music {

// `waveform` [channels, samples], not empty: [frames, 35], float32 on the CPU. A frame holds the strength of onsets, 20
// cepstral coefficients, 12 notes, and whether there is an onset or a beat. Throws UserError for an empty sound.
// (WanDancerEncodeAudio)
Tensor features(const Tensor& waveform, int64_t sample_rate);

}  // namespace easel::inference::music
