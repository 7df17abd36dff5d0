#include "inference/image/canny.hpp"

#include "base/error.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

namespace easel::inference {

namespace {

Tensor grey(const Tensor& pixels) {  // [batch, 1, h, w]
    if (pixels.size(3) == 1) return pixels.permute({0, 3, 1, 2});
    if (pixels.size(3) != 3) throw UserError("edges are detected in pictures of 1 or 3 channels");
    const Tensor weighed = pixels.select(3, 0) * 0.299 + pixels.select(3, 1) * 0.587 + pixels.select(3, 2) * 0.114;
    return weighed.unsqueeze(1);
}

Tensor blurred(const Tensor& picture) {
    const Tensor place = at::arange(-2, 3, at::kFloat);
    const Tensor weights = at::exp(-place.square() / 2.0);
    const Tensor kernel = weights / weights.sum();
    const Tensor padded = at::reflection_pad2d(picture, {2, 2, 2, 2});
    return at::conv2d(at::conv2d(padded, kernel.view({1, 1, 1, 5})), kernel.view({1, 1, 5, 1}));
}

std::pair<Tensor, Tensor> sobel(const Tensor& picture) {
    const Tensor across = at::tensor({-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0}, at::kFloat).view({3, 3});
    const Tensor kernels = at::stack({across, across.t()}).unsqueeze(1);
    const Tensor gradients = at::conv2d(at::replication_pad2d(picture, {1, 1, 1, 1}), kernels);
    return {gradients.select(1, 0), gradients.select(1, 1)};
}

constexpr double nothing = 1e-6;  // keeps the magnitude of a flat picture above zero, as there

// The magnitude where it is greatest across the edge, 0 elsewhere: [batch, h, w]. Along a row or a column the second of
// two equal pixels loses; along a diagonal both do.
Tensor thinned(const Tensor& across, const Tensor& down) {
    constexpr std::array<std::array<int64_t, 2>, 8> steps{
        {{0, 1}, {1, 1}, {1, 0}, {1, -1}, {0, -1}, {-1, -1}, {-1, 0}, {-1, 1}}};  // (down, across) for each 45 degrees
    const int64_t height = across.size(1), width = across.size(2);
    const Tensor magnitude = (across.square() + down.square() + nothing).sqrt();
    const Tensor padded = at::constant_pad_nd(magnitude, {1, 1, 1, 1}, std::sqrt(nothing));
    std::vector<Tensor> neighbours;
    for (const auto& [y, x] : steps)
        neighbours.push_back(padded.narrow(1, 1 + y, height).narrow(2, 1 + x, width));

    const Tensor window = at::stack(neighbours, 1);
    const Tensor eighth = at::atan2(down, across).mul(4 / std::numbers::pi).round();
    const auto beats = [&](const Tensor& direction) {
        const Tensor index = direction.remainder(8).to(at::kLong);
        const Tensor neighbour = window.gather(1, index.unsqueeze(1)).squeeze(1);
        const Tensor may_tie = index.eq(0).logical_or(index.eq(2));
        return magnitude.gt(neighbour).logical_or(may_tie.logical_and(magnitude.eq(neighbour)));
    };
    const Tensor is_ridge = beats(eighth).logical_and(beats(eighth + 4)).logical_and(magnitude.gt(std::sqrt(nothing)));
    return magnitude * is_ridge;
}

// Weak pixels that are connected to a strong one, and the strong ones.
Tensor connected(const Tensor& is_weak, const Tensor& is_strong) {
    std::vector<std::array<int64_t, 3>> open;
    const Tensor found = is_strong.clone().contiguous();
    auto marks = found.accessor<bool, 3>();
    const Tensor weak = is_weak.contiguous();
    const auto candidates = weak.accessor<bool, 3>();
    for (int64_t b = 0; b < marks.size(0); ++b)
        for (int64_t y = 0; y < marks.size(1); ++y)
            for (int64_t x = 0; x < marks.size(2); ++x)
                if (marks[b][y][x]) open.push_back({b, y, x});
    while (!open.empty()) {
        const auto [b, y, x] = open.back();
        open.pop_back();
        for (int64_t v = std::max<int64_t>(0, y - 1); v <= std::min(marks.size(1) - 1, y + 1); ++v)
            for (int64_t u = std::max<int64_t>(0, x - 1); u <= std::min(marks.size(2) - 1, x + 1); ++u) {
                if (marks[b][v][u] || !candidates[b][v][u]) continue;
                marks[b][v][u] = true;
                open.push_back({b, v, u});
            }
    }
    return found;
}

}  // namespace

Tensor canny_edges(const Tensor& pixels, double low, double high) {
    if (low > high) throw UserError("the low threshold of edges must not be above the high one");
    const auto [across, down] = sobel(blurred(grey(pixels)));
    const Tensor magnitude = thinned(across, down);
    return connected(magnitude.gt(low), magnitude.gt(high)).to(at::kFloat);
}

}  // namespace easel::inference
