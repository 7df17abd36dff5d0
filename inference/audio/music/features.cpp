#include "inference/audio/music/features.hpp"

#include "base/error.hpp"
#include "inference/audio/music/chroma.hpp"
#include "inference/audio/music/decibels.hpp"
#include "inference/audio/music/rhythm.hpp"
#include "inference/audio/resample.hpp"

namespace easel::inference::music {
namespace {

Onsets listed(const Tensor& onsets, int64_t sample_rate) {
    const Tensor flat = onsets.contiguous();
    return {.strength = {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()},
            .sample_rate = sample_rate};
}

Tensor column(const std::vector<bool>& marked) {
    return at::tensor(std::vector<int64_t>(marked.begin(), marked.end())).to(at::kFloat).unsqueeze(1);
}

// The tempo of the whole sound; 120 when it is too short to tell. (quick_tempo_estimate)
double first_tempo(const Tensor& samples, int64_t sample_rate) {
    if (samples.size(0) < 10 * hop) return 120.0;
    return tempo(listed(onsets(decibels(mel_power(samples, sample_rate))), sample_rate));
}

}  // namespace

Tensor features(const Tensor& waveform, int64_t sample_rate) {
    if (waveform.numel() == 0) throw UserError("the sound is empty (music features need at least one sample)");
    // The sound is brought to thirty hops a second, and then taken for one at the usual rate.
    constexpr int64_t rate = 30 * hop, taken_for = 22050;
    const Tensor samples = waveform.to(at::kCPU, at::kFloat).mean(0);
    const double expected = first_tempo(samples, sample_rate);
    const Tensor heard = resample(samples, sample_rate, rate);
    const Tensor power = decibels(mel_power(heard, taken_for));
    const Tensor mel = at::maximum(power, power.max() - 80.0);
    const Tensor strength = onsets(mel);
    const Onsets found = listed(strength, taken_for);
    return at::cat({strength.unsqueeze(1), cepstrum(mel), chroma(heard, taken_for), column(peaks(found)),
                    column(beats(found, tempo(found, expected)))},
                   1);
}

}  // namespace easel::inference::music
