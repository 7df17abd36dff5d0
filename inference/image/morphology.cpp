#include "inference/image/morphology.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>

namespace easel::inference {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

// The greatest value in windows of `width` x `height` over the last two dimensions of [n, h, w]; the window begins
// `before` pixels above and left of its pixel.
Tensor greatest(const Tensor& planes, int64_t height, int64_t width, int64_t before_y, int64_t before_x) {
    const Tensor padded =
        at::constant_pad_nd(planes, {before_x, width - 1 - before_x, before_y, height - 1 - before_y}, -infinite);
    const Tensor columns = at::max_pool2d(padded.unsqueeze(1), {1, width}, {1, 1});
    return at::max_pool2d(columns, {height, 1}, {1, 1}).squeeze(1);
}

Tensor as_planes(const Tensor& pixels) {
    return pixels.permute({0, 3, 1, 2}).reshape({-1, pixels.size(1), pixels.size(2)});
}

// An even square reaches one pixel further to the lower right when it dilates, and to the upper left when it erodes.
Tensor dilated(const Tensor& planes, int64_t size) {
    const int64_t before = size - size / 2 - 1;
    return greatest(planes, size, size, before, before);
}

Tensor eroded(const Tensor& planes, int64_t size) { return -greatest(-planes, size, size, size / 2, size / 2); }

Tensor morphed(const Tensor& planes, std::string_view operation, int64_t size) {
    if (operation == "erode") return eroded(planes, size);
    if (operation == "dilate") return dilated(planes, size);
    if (operation == "open") return dilated(eroded(planes, size), size);
    if (operation == "close") return eroded(dilated(planes, size), size);
    if (operation == "gradient") return dilated(planes, size) - eroded(planes, size);
    if (operation == "top_hat") return planes - dilated(eroded(planes, size), size);
    if (operation == "bottom_hat") return eroded(dilated(planes, size), size) - planes;
    throw UserError("there is no morphological operation '" + std::string(operation) + "'");
}

// One step along rows and columns.
Tensor grown_as_cross(const Tensor& masks) {
    return at::maximum(greatest(masks, 1, 3, 0, 1), greatest(masks, 3, 1, 1, 0));
}

}  // namespace

Tensor morphology(const Tensor& pixels, std::string_view operation, int64_t size) {
    const Tensor planes = morphed(as_planes(pixels), operation, size);
    return planes.reshape({pixels.size(0), pixels.size(3), pixels.size(1), pixels.size(2)}).permute({0, 2, 3, 1});
}

Tensor grow(const Tensor& masks, int64_t pixels, Corners corners) {
    const int64_t steps = std::min(std::abs(pixels), masks.size(1) + masks.size(2));
    Tensor grown = pixels < 0 ? -masks : masks;
    if (corners == Corners::square && steps > 0)
        grown = greatest(grown, 2 * steps + 1, 2 * steps + 1, steps, steps);
    else
        for (int64_t step = 0; step < steps; ++step)
            grown = grown_as_cross(grown);
    return pixels < 0 ? -grown : grown;
}

}  // namespace easel::inference
