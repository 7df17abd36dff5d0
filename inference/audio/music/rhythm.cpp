#include "inference/audio/music/rhythm.hpp"

#include "inference/audio/music/decibels.hpp"
#include "inference/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace easel::inference::music {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

double frame_rate(const Onsets& onsets) { return double(onsets.sample_rate) / double(hop); }

// `values` with `count` more on each side, which fall to nothing in a straight line.
std::vector<double> faded(const std::vector<float>& values, int64_t count) {
    const auto ramp = [&](float edge, int64_t i) {
        return double(static_cast<float>(double(edge) * double(i) / double(count)));
    };
    std::vector<double> result;
    for (int64_t i = 0; i < count; ++i)
        result.push_back(ramp(values.front(), i));
    result.insert(result.end(), values.begin(), values.end());
    for (int64_t i = count; i-- > 0;)
        result.push_back(ramp(values.back(), i));
    return result;
}

// How alike the onsets are to themselves some frames later, on average over the moments: [delays].
Tensor self_similarity(const std::vector<float>& strength, int64_t delays) {
    const std::vector<double> padded = faded(strength, delays / 2);
    const Tensor windows = at::tensor(padded).unfold(0, delays, 1).narrow(0, 0, int64_t(strength.size())) *
                           at::hann_window(delays, /*periodic=*/true, at::kDouble);
    const Tensor spectrum = at::fft_rfft(windows, 2 * delays);
    const Tensor alike = at::fft_irfft(spectrum.abs().square(), 2 * delays).narrow(1, 0, delays);  // [frames, delays]
    const Tensor most = alike.abs().amax(1, true);
    return (alike / at::where(most.gt(0.0), most, at::ones_like(most))).mean(0).clamp_min(0.0);
}

// The onsets under a bell curve of a beat's width: [frames].
std::vector<double> smoothed(const std::vector<float>& strength, int64_t beat) {
    std::vector<double> bell;
    for (int64_t i = -beat; i <= beat; ++i)
        bell.push_back(std::exp(-0.5 * std::pow(double(i) * 32.0 / double(beat), 2)));
    const auto count = int64_t(strength.size());
    std::vector<double> result(strength.size(), 0.0);
    for (int64_t i = 0; i < count; ++i)
        for (int64_t j = std::max<int64_t>(0, i - beat); j <= std::min(count - 1, i + beat); ++j)
            result[std::size_t(i)] += double(strength[std::size_t(j)]) * bell[std::size_t(i - j + beat)];
    return result;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Chains of beats: the best score of one that ends at a frame, and the beat before it, -1 for none.
struct Chains {
    std::vector<double> score;
    std::vector<int64_t> before;
};

Chains chains(const std::vector<double>& local, int64_t beat) {
    constexpr double tightness = 100.0;
    const auto count = int64_t(local.size());
    const double quiet = 0.01 * *std::max_element(local.begin(), local.end());
    Chains found{.score = local, .before = std::vector<int64_t>(local.size(), -1)};
    bool has_begun = false;
    for (int64_t i = 1; i < count; ++i) {
        double best = -infinite;
        int64_t from = -1;
        // Between half a beat and two beats earlier.
        const int64_t half = std::max<int64_t>(1, int64_t(std::nearbyint(double(beat) / 2.0)));
        for (int64_t earlier = i - half; earlier >= std::max<int64_t>(0, i - 2 * beat); --earlier) {
            const double off = std::log(double(i - earlier)) - std::log(double(beat));
            const double score = found.score[std::size_t(earlier)] - tightness * off * off;
            if (score > best) {
                best = score;
                from = earlier;
            }
        }
        if (from >= 0) found.score[std::size_t(i)] = local[std::size_t(i)] + best;
        if (!has_begun && local[std::size_t(i)] < quiet) continue;
        found.before[std::size_t(i)] = from;
        has_begun = true;
    }
    return found;
}

// The last peak of the score that is at least half as high as such peaks are; -1 for none.
int64_t last_beat(const std::vector<double>& score) {
    const auto count = int64_t(score.size());
    std::vector<int64_t> tops;
    std::vector<double> heights;
    for (int64_t i = 1; i < count; ++i) {
        const double here = score[std::size_t(i)];
        if (here <= score[std::size_t(i - 1)] || (i + 1 < count && here < score[std::size_t(i + 1)])) continue;
        tops.push_back(i);
        heights.push_back(here);
    }
    if (tops.empty()) return count - 1;
    const double least = 0.5 * median(heights);
    for (std::size_t i = tops.size(); i-- > 0;)
        if (heights[i] >= least) return tops[i];
    return -1;
}

// Takes away frames at both ends whose onsets are weak among those of the beats.
void trim(std::vector<bool>& beats, const std::vector<double>& local) {
    std::vector<double> strengths;
    for (std::size_t i = 0; i < local.size(); ++i)
        if (beats[i]) strengths.push_back(local[i]);
    if (strengths.empty()) return;
    // Smoothed over (1/2, 1, 1/2); beyond the ends is nothing.
    const auto at_beat = [&](int64_t i) {
        return i < 0 || i >= int64_t(strengths.size()) ? 0.0 : strengths[std::size_t(i)];
    };
    double squares = 0.0;
    const int64_t places = std::min(int64_t(strengths.size()) + 2, int64_t(local.size()));
    for (int64_t i = 0; i < places; ++i)
        squares += std::pow(0.5 * at_beat(i - 1) + at_beat(i) + 0.5 * at_beat(i + 1), 2);
    const double least = 0.5 * std::sqrt(squares / double(places));
    for (std::size_t i = 0; i < local.size() && local[i] <= least; ++i)
        beats[i] = false;
    for (std::size_t i = local.size(); i-- > 0 && local[i] <= least;)
        beats[i] = false;
}

}  // namespace

double tempo(const Onsets& onsets, double expected) {
    constexpr double usual = 120.0, seconds = 8.0, fastest = 320.0;
    constexpr std::size_t fewest = 20;  // frames
    if (onsets.strength.size() < fewest) return usual;
    const int64_t delays =
        std::min(int64_t(std::nearbyint(seconds * frame_rate(onsets))), int64_t(onsets.strength.size()));
    const Tensor alike = self_similarity(onsets.strength, delays).contiguous();
    const double* likeness = alike.const_data_ptr<double>();
    const auto beats_a_minute = [&](int64_t delay) { return 60.0 * frame_rate(onsets) / double(delay); };
    double best = -infinite;
    int64_t chosen = 1;
    for (int64_t delay = 1; delay < delays; ++delay) {
        // Where no delay is long enough for the limit, there is none.
        if (beats_a_minute(delay) >= fastest && beats_a_minute(delays - 1) < fastest) continue;
        const double octaves = std::log2(beats_a_minute(delay)) - std::log2(expected);
        const double weight = std::log1p(1e6 * likeness[delay]) - 0.5 * octaves * octaves;
        if (weight <= best) continue;
        best = weight;
        chosen = delay;
    }
    return beats_a_minute(chosen);
}

std::vector<bool> peaks(const Onsets& onsets) {
    std::vector<float> strength = onsets.strength;
    const auto count = int64_t(strength.size());
    const float least = *std::min_element(strength.begin(), strength.end());
    const float range = *std::max_element(strength.begin(), strength.end()) - least;
    for (float& value : strength)
        value = range > 0 ? (value - least) / range : value - least;

    const auto frames = [&](double seconds) { return int64_t(seconds * frame_rate(onsets)); };
    const int64_t before = frames(0.03), around = frames(0.10), pause = frames(0.03);
    constexpr float above_mean = 0.07f;
    const auto stands_out = [&](int64_t i) {
        const auto here = strength.begin() + i;
        const auto from = [&](int64_t reach) { return strength.begin() + std::max<int64_t>(0, i - reach); };
        if (*here != *std::max_element(from(before), here + 1)) return false;
        const auto end = strength.begin() + std::min(count, i + around + 1);
        const double sum = std::accumulate(from(around), end, 0.0);
        return *here >= static_cast<float>(sum / double(end - from(around))) + above_mean;
    };
    std::vector<bool> found(strength.size(), false);
    for (int64_t i = 0; i < count; ++i) {
        found[std::size_t(i)] = stands_out(i);
        if (found[std::size_t(i)]) i += pause;
    }
    return found;
}

std::vector<bool> beats(const Onsets& onsets, double tempo) {
    std::vector<bool> found(onsets.strength.size(), false);
    const auto beat = int64_t(std::nearbyint(frame_rate(onsets) * 60.0 / tempo));  // frames
    if (beat <= 0 || onsets.strength.size() < 2) return found;
    std::vector<float> strength = onsets.strength;
    const auto spread = at::tensor(strength).std(/*unbiased=*/true).item<float>();
    if (spread > 0)
        for (float& value : strength)
            value /= spread;
    const std::vector<double> local = smoothed(strength, beat);
    const Chains chain = chains(local, beat);
    for (int64_t i = last_beat(chain.score); i >= 0; i = chain.before[std::size_t(i)])
        found[std::size_t(i)] = true;
    trim(found, local);
    return found;
}

}  // namespace easel::inference::music
