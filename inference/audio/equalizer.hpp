// Filters that raise or lower a range of frequencies.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

enum class Band {
    low_shelf,   // everything below
    peak,        // around
    high_shelf,  // everything above
};

struct BandGain {
    Band band = Band::peak;
    double decibels = 0;
    double frequency = 1000;  // Hz
    double quality = 0.707;   // how narrow
};

// `waveform` [..., samples] after a filter of second order; the result is cut to -1..1. (torchaudio.functional:
// bass_biquad, equalizer_biquad, treble_biquad; Robert Bristow-Johnson's audio EQ cookbook)
Tensor equalize(const Tensor& waveform, int64_t sample_rate, const BandGain& gain);

}  // namespace easel::inference
