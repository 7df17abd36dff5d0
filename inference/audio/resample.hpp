// Changes of sample rate.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// `waveform` [..., samples] at `from` samples a second, as it is at `to`: convolved with a sinc under a Hann window of
// six zero crossings. (torchaudio.functional.resample)
Tensor resample(const Tensor& waveform, int64_t from, int64_t to);

}  // namespace easel::inference
