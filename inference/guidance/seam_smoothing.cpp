#include "inference/guidance/seam_smoothing.hpp"

#include "inference/sampling/model_options.hpp"

#include <algorithm>
#include <array>
#include <numbers>
#include <utility>

namespace easel::inference {
namespace {

constexpr int64_t patch = 32;  // pixels
constexpr int64_t feather = 4;  // over which the smoothing fades in from the picture's edges

// Down and right, in pixels. The first two, four or eight are one set.
using Shifts = std::vector<std::pair<int64_t, int64_t>>;

Shifts shifts_of(int64_t passes, bool symmetric) {
    if (!symmetric) {
        if (passes == 2) return {{0, 0}, {16, 16}};
        Shifts shifts{{0, 0}, {16, 0}, {0, 16}, {16, 16}};
        if (passes == 8) shifts.insert(shifts.end(), {{8, 8}, {24, 8}, {8, 24}, {24, 24}});
        return shifts;
    }
    if (passes == 2) return {{-8, -8}, {8, 8}};
    if (passes == 4) return {{-8, -8}, {8, -8}, {-8, 8}, {8, 8}};
    return {{-12, -12}, {4, -12}, {-12, 4}, {4, 4}, {-4, -4}, {12, -4}, {-4, 12}, {12, 12}};
}

int64_t wrapped(int64_t value) { return (value % patch + patch) % patch; }

// Hann's window along one side of a patch, 1 at `center`.
Tensor hann(int64_t center) {
    constexpr int64_t half = patch / 2;
    const Tensor distance = at::remainder(at::arange(patch, at::kFloat) - center + half, patch) - half;
    return 0.5 * (1.0 + (distance * (std::numbers::pi / half)).cos());
}

// How much each shift counts in every pixel: [shifts, 1, 1, height, width], their sum is 1.
Tensor windows(const Shifts& shifts, int64_t height, int64_t width) {
    std::vector<Tensor> tiles;
    for (const auto& [down, right] : shifts)
        tiles.push_back(at::outer(hann(wrapped(patch / 2 - down)), hann(wrapped(patch / 2 - right))));
    const Tensor tiled = at::stack(tiles)
                             .repeat({1, height / patch + 1, width / patch + 1})
                             .narrow(1, 0, height)
                             .narrow(2, 0, width);
    const Tensor sum = tiled.sum(0, /*keepdim=*/true);
    const Tensor even = at::full_like(tiled, 1.0 / static_cast<double>(shifts.size()));
    return at::where(sum < 1e-3, even, tiled / sum.clamp_min(1e-8)).unsqueeze(1).unsqueeze(1);
}

// 1 inside, 0 on the patches along the edges, into which shifting brings the opposite edge.
Tensor inside(int64_t height, int64_t width) {
    const auto along = [](int64_t count) {
        const Tensor from_start = at::arange(count, at::kFloat);
        const Tensor to_edge = at::minimum(from_start, static_cast<double>(count - 1) - from_start);
        return ((to_edge - patch) / feather).clamp(0.0, 1.0);
    };
    return at::outer(along(height), along(width));
}

Tensor blended(const std::vector<Tensor>& predictions, const Shifts& shifts, SeamBlend blend) {
    const Tensor all = at::stack(predictions);
    if (blend == SeamBlend::median) return std::get<0>(all.median(0));
    if (blend == SeamBlend::average) return all.mean(0);
    return (all * windows(shifts, all.size(-2), all.size(-1)).to(all.options())).sum(0);
}

}  // namespace

Model with_smoothed_seams(const Model& model, const SeamSmoothing& smoothing) {
    const NoiseLevels& levels = *model.parameterization().levels;
    const auto time_at = [&](double percent) {
        return static_cast<double>(levels.timestep(static_cast<float>(levels.percent_to_sigma(percent))));
    };
    std::vector<Shifts> stages;
    for (const int64_t passes : smoothing.passes)
        stages.push_back(shifts_of(passes, smoothing.symmetric));
    const auto smoothed = [start = time_at(smoothing.start_percent), end = time_at(smoothing.end_percent),
                           stages = std::move(stages), blend = smoothing.blend, strength = smoothing.strength](
                              const NetworkInput& input, const ModelOptions::Network& next) {
        const Tensor prediction = next(input);
        const auto time = static_cast<double>(input.timestep[0].item<float>());
        if (time > start || time < end) return prediction;
        const double share = (start - time) / std::max(start - end, 1e-8);
        const auto stage = static_cast<std::size_t>(share * static_cast<double>(stages.size()));
        const Shifts& shifts = stages[std::min(stage, stages.size() - 1)];

        std::vector<Tensor> predictions;
        for (const auto& [down, right] : shifts) {
            if (down == 0 && right == 0) {
                predictions.push_back(prediction);
                continue;
            }
            NetworkInput shifted = input;
            shifted.x = at::roll(input.x, {down, right}, {-2, -1});
            predictions.push_back(at::roll(next(shifted), {-down, -right}, {-2, -1}));
        }
        const Tensor share_of_blend =
            inside(prediction.size(-2), prediction.size(-1)).to(prediction.options()) * strength;
        return prediction * (1.0 - share_of_blend) + blended(predictions, shifts, blend) * share_of_blend;
    };
    return with_changed_options(model, [&](ModelOptions& options) { options.around_network.push_back(smoothed); });
}

}  // namespace easel::inference
