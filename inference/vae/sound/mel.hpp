// Spectrograms on the mel scale, by which networks see sound.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// A bank of triangular filters over the frequencies of a Fourier transform, spaced and scaled as in Slaney's Auditory
// Toolbox.
struct MelScale {
    int64_t sample_rate, fft_size, bins;
    double lowest, highest;  // Hz
};

// [frequencies, bins], float32 on the CPU. (torchaudio.functional.melscale_fbanks with norm and mel_scale "slaney")
Tensor mel_filters(const MelScale& scale);

// How much of each frequency there is: [rows, samples] as [rows, frequencies, frames], under Hann windows of the
// transform's size every `hop` samples. `centred` puts the first window's middle on the first sample, mirrored before
// it. `floor` is added under the root of the squared amplitude.
struct Spectrogram {
    int64_t fft_size, hop;
    bool centred = true;
    double floor = 0.0;
};
Tensor spectrogram(const Tensor& waveform, const Spectrogram& settings);

// Logarithms of mel spectrograms of [..., samples]: [..., bins, frames], at least log(1e-5).
Tensor log_mel(const Tensor& waveform, const Spectrogram& settings, const MelScale& scale);

}  // namespace easel::inference
