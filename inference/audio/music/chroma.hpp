// Which of the twelve notes sound, whatever the octave and however loud.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference::music {

// `samples` [n] float32: [frames, 12], rows of length 1, smoothed over 41 frames of 512 samples. The notes follow the
// tuning of the music. (compute_chroma_cens; Müller and Ewert 2011)
Tensor chroma(const Tensor& samples, int64_t sample_rate);

// By which part of a third of a half tone the loud pitches are off: -0.5 to 0.5. (estimate_tuning)
double tuning(const Tensor& samples, int64_t sample_rate);

}  // namespace easel::inference::music
