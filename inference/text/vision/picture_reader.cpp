#include "inference/text/vision/picture_reader.hpp"

#include <algorithm>
#include <cmath>

namespace easel::inference {

namespace {

constexpr int64_t merged = 2;  // patches in each direction that become one vector

}  // namespace

PatchGrid patch_grid(int64_t height, int64_t width, int64_t patch, const PictureLimits& limits) {
    const auto unit = static_cast<double>(patch * merged);
    const auto rows = static_cast<double>(height) / unit, columns = static_cast<double>(width) / unit;
    double r = std::nearbyint(rows), c = std::nearbyint(columns);
    const double pixels = static_cast<double>(height) * static_cast<double>(width);
    if (r * c * unit * unit > limits.most_pixels) {
        const double factor = std::sqrt(pixels / limits.most_pixels);
        r = std::max(1.0, std::floor(static_cast<double>(height) / factor / unit));
        c = std::max(1.0, std::floor(static_cast<double>(width) / factor / unit));
    } else if (r * c * unit * unit < limits.least_pixels) {
        const double factor = std::sqrt(limits.least_pixels / pixels);
        r = std::ceil(static_cast<double>(height) * factor / unit);
        c = std::ceil(static_cast<double>(width) * factor / unit);
    }
    return {.rows = static_cast<int64_t>(r) * merged, .columns = static_cast<int64_t>(c) * merged};
}

Tensor picture_positions(const std::vector<EmbeddedPrompt::Span>& spans, const std::vector<PatchGrid>& grids,
                         const Tensor& mask) {
    const int64_t count = mask.size(0);
    Tensor positions = at::ones({3, count}, at::kLong);
    positions.narrow(1, 0, spans.front().begin).copy_(at::arange(spans.front().begin, at::kLong));
    int64_t offset = 0;  // by how much what follows is ahead of its place in the sequence
    for (std::size_t i = 0; i < spans.size(); ++i) {
        const auto [begin, size] = spans[i];
        const int64_t end = begin + size, first = begin + offset;
        const int64_t rows = grids[i].rows / merged, columns = grids[i].columns / merged;
        const int64_t longest = std::max(rows, columns);
        // Behind the picture the count goes on over tokens that are no padding.
        const Tensor after = mask.slice(0, end);
        const Tensor counted = after.cumsum(0) - 1 + (first + longest);
        positions.slice(1, end).copy_(at::where(after != 0, counted, positions[0].slice(0, end)));

        positions[0].narrow(0, begin, size).fill_(first);
        positions[1]
            .narrow(0, begin, size)
            .copy_(at::arange(first, first + rows, at::kLong).unsqueeze(1).expand({rows, columns}).flatten());
        positions[2]
            .narrow(0, begin, size)
            .copy_(at::arange(first, first + columns, at::kLong).unsqueeze(0).expand({rows, columns}).flatten());
        offset += longest - size;
    }
    return positions;
}

}  // namespace easel::inference
