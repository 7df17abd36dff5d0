#include "inference/image/stitch.hpp"

#include "inference/image/resize.hpp"

#include <algorithm>
#include <vector>

namespace easel::inference {

namespace {

Tensor with_batch(const Tensor& pixels, int64_t count) {
    if (pixels.size(0) == count) return pixels;
    return at::cat({pixels, pixels.narrow(0, pixels.size(0) - 1, 1).repeat({count - pixels.size(0), 1, 1, 1})});
}

Tensor with_channels(const Tensor& pixels, int64_t count) {
    return pixels.size(3) < count ? at::constant_pad_nd(pixels, {0, count - pixels.size(3)}, 1.0) : pixels;
}

// The second picture with the first one's height (or width), in its own proportions.
Tensor matched(const Tensor& first, const Tensor& second, StitchAxis axis) {
    const double aspect = double(second.size(2)) / double(second.size(1));
    int64_t height = first.size(1), width = first.size(2);
    if (axis == StitchAxis::horizontal)
        width = int64_t(double(height) * aspect);
    else
        height = int64_t(double(width) / aspect);
    return resize_image(second, width, height, "lanczos");
}

// Padded around its centre to `length` along `dim`. Only grey colours are used for it, as in the reference.
Tensor padded(const Tensor& pixels, int64_t dim, int64_t length, const std::array<double, 3>& color) {
    const int64_t missing = length - pixels.size(dim);
    if (missing <= 0) return pixels;
    const double value = color[0] == color[1] && color[1] == color[2] ? color[0] : 0.0;
    std::vector<int64_t> margins(dim == 1 ? 6 : 4, 0);
    margins[margins.size() - 2] = missing / 2;
    margins[margins.size() - 1] = missing - missing / 2;
    return at::constant_pad_nd(pixels, margins, value);
}

Tensor spacer(const Tensor& first, const Tensor& second, int64_t along, const StitchOptions& options) {
    std::vector<int64_t> shape = first.sizes().vec();
    shape[along == 1 ? 2 : 1] = std::max(first.size(along == 1 ? 2 : 1), second.size(along == 1 ? 2 : 1));
    shape[static_cast<std::size_t>(along)] = options.spacing;
    const Tensor space = at::zeros(shape, at::kFloat);
    for (int64_t c = 0; c < std::min<int64_t>(3, shape[3]); ++c)
        space.select(3, c).fill_(options.color[static_cast<std::size_t>(c)]);
    if (shape[3] == 4) space.select(3, 3).fill_(1.0);
    return space;
}

}  // namespace

Tensor stitch(Tensor first, Tensor second, const StitchOptions& options) {
    const int64_t along = options.axis == StitchAxis::horizontal ? 2 : 1, across = 3 - along;
    const int64_t count = std::max(first.size(0), second.size(0));
    first = with_batch(first, count);
    second = with_batch(second, count);
    if (options.matches_size) {
        second = matched(first, second, options.axis);
    } else {
        const int64_t length = std::max(first.size(across), second.size(across));
        first = padded(first, across, length, options.color);
        second = padded(second, across, length, options.color);
    }
    const int64_t channels = std::max(first.size(3), second.size(3));
    first = with_channels(first, channels);
    second = with_channels(second, channels);

    std::vector<Tensor> parts{first, second};
    if (options.second_first) std::swap(parts[0], parts[1]);
    if (options.spacing > 0) parts.insert(parts.begin() + 1, spacer(first, second, along, options));
    return at::cat(parts, along);
}

}  // namespace easel::inference
