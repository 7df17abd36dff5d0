// Spectrograms of music, by which beats and timbre are found.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference::music {

constexpr int64_t hop = 512, window_size = 2048;  // samples

// `samples` [n] in pieces of `size`, one every `step` samples, the first in the middle of which is the first sample;
// beyond the ends is silence: [pieces, size].
Tensor pieces(const Tensor& samples, int64_t size, int64_t step);

// The power of 128 mel bands: [128, frames], float32. (_compute_mel_spectrogram)
Tensor mel_power(const Tensor& samples, int64_t sample_rate);

// In decibels, at least -100.
Tensor decibels(const Tensor& power);

// How much louder a frame is than the one before, on average over the bands: [frames]. (compute_onset_envelope)
Tensor onsets(const Tensor& mel_decibels);

// The first 20 coefficients of the spectrum of the mel spectrum: [frames, 20]. (compute_mfcc)
Tensor cepstrum(const Tensor& mel_decibels);

}  // namespace easel::inference::music
