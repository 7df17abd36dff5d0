#include "inference/image/histogram.hpp"

namespace easel::inference {
namespace {

Tensor level_counts(const Tensor& values) {
    const Tensor levels = (values * 255).clamp(0, 255).to(at::kByte).to(at::kLong).flatten();
    return at::bincount(levels, {}, 256);
}

std::vector<int64_t> counts_of(const Tensor& counts) {
    const Tensor whole = counts.contiguous();
    const auto* first = whole.const_data_ptr<int64_t>();
    return {first, first + whole.numel()};
}

}  // namespace

PictureHistogram histogram_of(const Tensor& picture) {
    const auto channel = [&](int64_t i) { return picture.select(-1, i); };
    const Tensor red = level_counts(channel(0)), green = level_counts(channel(1)), blue = level_counts(channel(2));
    const Tensor luminance = 0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2);
    return {.rgb = counts_of((red + green + blue).floor_divide(3)),
            .luminance = counts_of(level_counts(luminance)),
            .red = counts_of(red),
            .green = counts_of(green),
            .blue = counts_of(blue)};
}

}  // namespace easel::inference
