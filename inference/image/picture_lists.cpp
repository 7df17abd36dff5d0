#include "inference/image/picture_lists.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>

namespace easel::inference {
namespace {

// Which of 8 x 8 cells are brighter than the average, [64] booleans.
Tensor brightness_pattern(const Tensor& picture) {
    const Tensor small = resize_image(picture, 8, 8, "lanczos").mul(255.0).round_().to(at::kLong);
    const auto channel = [&](int64_t i) { return small.select(-1, i); };
    // Luma in 16-bit fixed point, as Pillow converts.
    const Tensor grey =
        small.size(-1) < 3
            ? channel(0)
            : (channel(0) * 19595 + channel(1) * 38470 + channel(2) * 7471 + 0x8000).bitwise_right_shift(16);
    const Tensor levels = grey.flatten().to(at::kDouble);
    return levels > levels.mean();
}

}  // namespace

Tensor picture_grid(const std::vector<Tensor>& pictures, const GridLayout& layout) {
    const auto count = static_cast<int64_t>(pictures.size());
    const int64_t rows = (count + layout.columns - 1) / layout.columns;
    const auto extent = [&](int64_t cells, int64_t size) { return cells * size + (cells - 1) * layout.padding; };
    Tensor grid = at::zeros({1, extent(rows, layout.cell_height), extent(layout.columns, layout.cell_width), 3});
    for (int64_t i = 0; i < count; ++i) {
        const Tensor cell =
            resize_image(pictures[static_cast<std::size_t>(i)], layout.cell_width, layout.cell_height, "lanczos");
        grid.narrow(1, i / layout.columns * (layout.cell_height + layout.padding), layout.cell_height)
            .narrow(2, i % layout.columns * (layout.cell_width + layout.padding), layout.cell_width)
            .copy_(cell.slice(-1, 0, 3));
    }
    return grid;
}

std::vector<int64_t> distinct_pictures(const std::vector<Tensor>& pictures, double threshold) {
    std::vector<Tensor> patterns;
    std::vector<int64_t> kept;
    for (const Tensor& picture : pictures) {
        patterns.push_back(brightness_pattern(picture));
        const bool is_known = std::ranges::any_of(kept, [&](int64_t other) {
            const auto different = (patterns[static_cast<std::size_t>(other)] != patterns.back()).sum().item<int64_t>();
            return 1.0 - static_cast<double>(different) / 64.0 >= threshold;
        });
        if (!is_known) kept.push_back(static_cast<int64_t>(patterns.size()) - 1);
    }
    return kept;
}

}  // namespace easel::inference
