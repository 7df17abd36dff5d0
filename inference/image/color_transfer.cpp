#include "inference/image/color_transfer.hpp"

#include "inference/image/color_spaces.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace easel::inference {
namespace {

constexpr double epsilon = 1e-6;
constexpr int64_t color_levels = 256;

// [channels, pixels] of one frame.
Tensor planes_of(const Tensor& pixels, int64_t frame) { return pixels[frame].permute({2, 0, 1}); }
Tensor lab_of(const Tensor& pixels, int64_t frame) { return rgb_to_lab(planes_of(pixels, frame)).flatten(1); }

// The middle of colours and how they spread: deviations [channels, 1], or a covariance [channels, channels].
struct ColorStatistics {
    Tensor mean;
    Tensor spread;
};

Tensor spread_about(const Tensor& centred, bool by_deviation) {
    if (by_deviation) return centred.square().mean(1, true);
    return centred.matmul(centred.t()) / static_cast<double>(centred.size(1));
}

ColorStatistics statistics_of(const std::vector<Tensor>& frames, bool by_deviation) {
    const auto count = static_cast<double>(frames.size());
    Tensor mean = at::zeros({frames.front().size(0), 1});
    for (const Tensor& frame : frames)
        mean += frame.mean(1, true);
    mean /= count;
    Tensor spread = at::zeros({mean.size(0), by_deviation ? 1 : mean.size(0)});
    for (const Tensor& frame : frames)
        spread += spread_about(frame - mean, by_deviation);
    spread /= count;
    return {mean, by_deviation ? spread.sqrt().clamp_min(epsilon) : spread};
}

ColorStatistics statistics_of(const Tensor& pixels, bool by_deviation) {
    std::vector<Tensor> frames;
    for (int64_t i = 0; i < pixels.size(0); ++i)
        frames.push_back(lab_of(pixels, i));
    return statistics_of(frames, by_deviation);
}

// The linear map that turns one covariance into another with the least movement.
Tensor transport_matrix(const Tensor& from, const Tensor& to) {
    const auto [values, vectors] = at::linalg_eigh(from);
    const Tensor roots = values.clamp_min(0).sqrt().clamp_min(epsilon);
    const Tensor scaled = vectors * roots.unsqueeze(0);
    const auto [middle_values, middle_vectors] = at::linalg_eigh(scaled.t().matmul(to).matmul(scaled));
    const Tensor half = (middle_vectors * middle_values.clamp_min(0).sqrt().unsqueeze(0)).matmul(middle_vectors.t());
    const Tensor unscaled = vectors * (1.0 / roots).unsqueeze(0);
    return unscaled.matmul(half).matmul(unscaled.t());
}

Tensor moved(const Tensor& colors, const ColorStatistics& from, const ColorStatistics& to, bool by_deviation) {
    if (by_deviation) return (colors - from.mean) * (to.spread / from.spread) + to.mean;
    return transport_matrix(from.spread, to.spread).matmul(colors - from.mean) + to.mean;
}

// The share of pixels up to each level, [channels, levels], over all frames.
Tensor cumulative_histogram(const Tensor& pixels) {
    Tensor counts = at::zeros({pixels.size(3), color_levels});
    for (int64_t i = 0; i < pixels.size(0); ++i) {
        const Tensor colors = planes_of(pixels, i).flatten(1);
        const Tensor bins = (colors * (color_levels - 1)).to(at::kLong).clamp(0, color_levels - 1);
        counts.scatter_add_(1, bins, at::ones_like(colors));
    }
    const Tensor sums = counts.cumsum(1);
    return sums / sums.slice(1, color_levels - 1);
}

// What each level becomes, [channels, levels].
Tensor level_map(const Tensor& from, const Tensor& to) {
    return at::searchsorted(to, from.contiguous()).clamp_max(color_levels - 1).to(at::kFloat) /
           double(color_levels - 1);
}

Tensor mixed_frame(const Tensor& before, const Tensor& after, double strength) {
    return strength == 1.0 ? after : at::lerp(before, after, strength);
}

Tensor frame_at(const Tensor& pixels, int64_t frame) {
    const int64_t at = std::min(frame, pixels.size(0) - 1);
    return pixels.slice(0, at, at + 1);
}

}  // namespace

Tensor transfer_color(const Tensor& target, const Tensor& reference, const ColorTransferSettings& settings,
                      const std::function<void(int64_t)>& done) {
    const bool by_deviation = settings.match == ColorMatch::reinhard;
    const bool each = settings.baseline == ColorBaseline::each_frame;
    const Tensor baseline = settings.baseline == ColorBaseline::one_frame ? frame_at(target, settings.frame) : target;
    std::vector<Tensor> frames;
    if (settings.match == ColorMatch::histogram) {
        Tensor map = each ? Tensor() : level_map(cumulative_histogram(baseline), cumulative_histogram(reference));
        for (int64_t i = 0; i < target.size(0); ++i, done(i)) {
            if (each)
                map =
                    level_map(cumulative_histogram(frame_at(target, i)), cumulative_histogram(frame_at(reference, i)));
            const Tensor colors = planes_of(target, i);
            const Tensor bins = (colors.flatten(1) * (color_levels - 1)).to(at::kLong).clamp(0, color_levels - 1);
            const Tensor matched = map.gather(1, bins).view_as(colors);
            frames.push_back(mixed_frame(colors, matched, settings.strength).permute({1, 2, 0}).clamp(0, 1));
        }
        return at::stack(frames);
    }
    ColorStatistics from, to;
    if (!each) from = statistics_of(baseline, by_deviation);
    const bool one_reference = !each || reference.size(0) == 1;
    if (one_reference) to = statistics_of(reference, by_deviation);
    for (int64_t i = 0; i < target.size(0); ++i, done(i)) {
        const Tensor colors = lab_of(target, i);
        if (each) from = statistics_of(std::vector<Tensor>{colors}, by_deviation);
        if (!one_reference) to = statistics_of(frame_at(reference, i), by_deviation);
        const Tensor matched = mixed_frame(colors, moved(colors, from, to, by_deviation), settings.strength);
        const Tensor rgb = lab_to_rgb(matched.view({target.size(3), target.size(1), target.size(2)}));
        frames.push_back(rgb.permute({1, 2, 0}).clamp(0, 1));
    }
    return at::stack(frames);
}

}  // namespace easel::inference
