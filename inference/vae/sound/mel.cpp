#include "inference/vae/sound/mel.hpp"

#include <ATen/ops/hann_window.h>
#include <ATen/ops/reflection_pad1d.h>
#include <ATen/ops/stft.h>

#include <cmath>

namespace easel::inference {
namespace {

// Below 1000 Hz the scale is linear, above logarithmic.
constexpr double hertz_per_mel = 200.0 / 3.0, bend_hertz = 1000.0, bend_mel = bend_hertz / hertz_per_mel;
const double mel_step = std::log(6.4) / 27.0;

double to_mel(double hertz) {
    return hertz < bend_hertz ? hertz / hertz_per_mel : bend_mel + std::log(hertz / bend_hertz) / mel_step;
}

Tensor to_hertz(const Tensor& mel) {
    return at::where(mel.ge(bend_mel), bend_hertz * at::exp(mel_step * (mel - bend_mel)), hertz_per_mel * mel);
}

}  // namespace

Tensor mel_filters(const MelScale& scale) {
    const int64_t frequencies = scale.fft_size / 2 + 1;
    const Tensor frequency = at::linspace(0.0, static_cast<double>(scale.sample_rate / 2), frequencies, at::kFloat);
    const Tensor points =
        to_hertz(at::linspace(to_mel(scale.lowest), to_mel(scale.highest), scale.bins + 2, at::kFloat));
    const Tensor widths = points.slice(0, 1) - points.slice(0, 0, -1);
    const Tensor distance = points.unsqueeze(0) - frequency.unsqueeze(1);  // [frequencies, bins + 2]
    const Tensor falling = -distance.slice(1, 0, -2) / widths.slice(0, 0, -1);
    const Tensor rising = distance.slice(1, 2) / widths.slice(0, 1);
    const Tensor filters = at::minimum(falling, rising).clamp_min(0.0);
    return filters * (2.0 / (points.slice(0, 2) - points.slice(0, 0, scale.bins)));
}

Tensor spectrogram(const Tensor& waveform, const Spectrogram& settings) {
    const auto options = at::TensorOptions().dtype(at::kFloat).device(waveform.device());
    const Tensor window = at::hann_window(settings.fft_size, options);
    Tensor samples = waveform.to(at::kFloat);
    const int64_t before = settings.centred ? settings.fft_size / 2 : (settings.fft_size - settings.hop) / 2;
    const int64_t after = settings.centred ? settings.fft_size / 2 : (settings.fft_size - settings.hop + 1) / 2;
    samples = at::reflection_pad1d(samples.unsqueeze(1), {before, after}).squeeze(1);
    const Tensor complex = at::stft(samples, settings.fft_size, settings.hop, settings.fft_size, window,
                                    /*center=*/false, "reflect", /*normalized=*/false, /*onesided=*/true,
                                    /*return_complex=*/true);
    if (settings.floor == 0.0) return complex.abs();
    return (at::view_as_real(complex).square().sum(-1) + settings.floor).sqrt();
}

Tensor log_mel(const Tensor& waveform, const Spectrogram& settings, const MelScale& scale) {
    constexpr double least = 1e-5;
    const Tensor rows = waveform.reshape({-1, waveform.size(-1)});
    const Tensor seen = spectrogram(rows, settings);
    const Tensor mel = at::matmul(seen.transpose(-1, -2), mel_filters(scale).to(seen.device())).transpose(-1, -2);
    std::vector<int64_t> shape = waveform.sizes().vec();
    shape.back() = mel.size(1);
    shape.push_back(mel.size(2));
    return mel.clamp_min(least).log().reshape(shape);
}

}  // namespace easel::inference
