#include "inference/audio/music/chroma.hpp"

#include "inference/audio/music/decibels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace easel::inference::music {
namespace {

constexpr int64_t octaves = 7, steps = 36, notes = 12;  // steps and notes of an octave
constexpr double lowest = 32.70319566257483;            // Hz: C1

// A wave of some length for each step of an octave.
struct Waves {
    Tensor spectra;  // [steps, frequencies], complex
    int64_t size;    // of the transform
};

// Waves of whole cycles under Hann windows, of which only the strongest frequencies are kept.
Waves waves(const std::vector<double>& hertz, const std::vector<double>& lengths, double sample_rate) {
    const auto size = int64_t(std::exp2(std::ceil(std::log2(*std::max_element(lengths.begin(), lengths.end())))));
    Tensor shapes = at::zeros({int64_t(hertz.size()), size}, at::kComplexFloat);
    for (std::size_t i = 0; i < hertz.size(); ++i) {
        const auto first = int64_t(std::floor(-lengths[i] / 2)), end = int64_t(std::floor(lengths[i] / 2));
        const Tensor angle = at::arange(first, end, at::kDouble) * (2 * std::numbers::pi * hertz[i] / sample_rate);
        Tensor wave = at::complex(angle.cos(), angle.sin()).to(at::kComplexFloat);
        wave = (wave * at::hann_window(end - first, /*periodic=*/true, at::kDouble)).to(at::kComplexFloat);
        wave = wave / wave.abs().sum().clamp_min(std::numeric_limits<float>::min());
        shapes.select(0, int64_t(i))
            .narrow(0, (size - (end - first)) / 2, end - first)
            .copy_(wave * static_cast<float>(lengths[i] / double(size)));
    }
    const Tensor spectra = at::fft_fft(shapes).slice(1, 0, size / 2 + 1);
    constexpr double faint = 0.01;  // share of the weakest frequencies
    const Tensor strength = spectra.abs();
    const Tensor sorted = std::get<0>(strength.sort(1));
    const Tensor total = strength.sum(1, true);
    const Tensor below = (sorted / at::where(total.eq(0), at::ones_like(total), total)).cumsum(1).lt(faint);
    const Tensor first = below.sum(1, true).clamp_max(strength.size(1) - 1);
    return {.spectra = spectra * strength.ge(sorted.gather(1, first)), .size = size};
}

// Every second sample, after a low pass filter under a Kaiser window.
Tensor half_rate(const Tensor& samples) {
    constexpr int64_t reach = 160;
    constexpr double cutoff = 0.48, beta = 6.5;
    const Tensor place = at::arange(-reach, reach + 1, at::kDouble);
    Tensor filter = at::sinc(place * cutoff) * cutoff *
                    at::kaiser_window(2 * reach + 1, /*periodic=*/false, beta, at::TensorOptions(at::kDouble));
    filter = filter / filter.sum();
    const Tensor kept = at::conv1d(samples.to(at::kDouble).view({1, 1, -1}), filter.view({1, 1, -1}), {}, {2}, {reach});
    return (kept / std::sqrt(0.5)).view({-1}).to(at::kFloat);
}

// How strong each step of seven octaves is: [octaves * steps, frames]. (compute_cqt)
Tensor constant_q(const Tensor& samples, int64_t sample_rate, double tuned_lowest) {
    constexpr int64_t count = octaves * steps;
    std::vector<double> hertz;
    for (int64_t i = 0; i < count; ++i)
        hertz.push_back(tuned_lowest * std::exp2(double(i) / double(steps)));
    // How far apart a step's neighbours are, which decides the length of its wave.
    const double apart = std::exp2(2.0 / double(steps));
    const double quality = (apart + 1.0) / (apart - 1.0);
    std::vector<Tensor> parts(octaves);
    Tensor left = samples.to(at::kFloat);
    double rate = double(sample_rate);
    int64_t step = hop;
    for (int64_t octave = octaves; octave-- > 0; step /= 2, rate /= 2) {
        const std::vector<double> tones(hertz.begin() + octave * steps, hertz.begin() + (octave + 1) * steps);
        std::vector<double> lengths;
        for (double tone : tones)
            lengths.push_back(quality * rate / tone);
        const Waves wave = waves(tones, lengths, rate);
        const Tensor scaled = wave.spectra.to(at::kComplexDouble) * std::sqrt(double(sample_rate) / rate);
        const Tensor seen = at::fft_rfft(pieces(left, wave.size, step)).to(at::kComplexDouble);
        parts[std::size_t(octave)] = at::matmul(scaled, seen.t()).to(at::kComplexFloat);
        left = half_rate(left);
    }
    int64_t frames = std::numeric_limits<int64_t>::max();
    for (const Tensor& part : parts)
        frames = std::min(frames, part.size(1));
    for (Tensor& part : parts)
        part = part.slice(1, 0, frames);
    const Tensor lengths = quality * double(sample_rate) / at::tensor(hertz).unsqueeze(1);
    return (at::cat(parts) / lengths.sqrt().to(at::kFloat)).abs();
}

}  // namespace

Tensor chroma(const Tensor& samples, int64_t sample_rate) {
    constexpr int64_t smooth = 43;
    const double tuned = lowest * std::exp2(tuning(samples, sample_rate) / double(steps));
    const Tensor tones = constant_q(samples, sample_rate, tuned);
    // Three steps make a note, whose own is the middle one.
    const Tensor note = (at::arange(tones.size(0), at::kLong) + 1).floor_divide(steps / notes).remainder(notes);
    Tensor found = at::matmul(at::one_hot(note, notes).t().to(at::kFloat), tones);
    constexpr float tiny = std::numeric_limits<float>::min();
    found = found / found.abs().sum(0, true).clamp_min(tiny);
    // How much of the energy a note has, in four degrees.
    Tensor degree = at::zeros_like(found);
    for (const double share : {0.4, 0.2, 0.1, 0.05})
        degree = degree + found.gt(share) * 0.25f;
    const Tensor window = at::hann_window(smooth, /*periodic=*/false, at::kDouble);
    const Tensor smoothed =
        at::conv1d(degree.to(at::kDouble).unsqueeze(1), (window / window.sum()).view({1, 1, -1}), {}, {1}, {smooth / 2})
            .squeeze(1)
            .to(at::kFloat);
    return (smoothed / smoothed.square().sum(0, true).sqrt().clamp_min(tiny)).t();
}

}  // namespace easel::inference::music
