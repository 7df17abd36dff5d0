#include "inference/image/filters.hpp"

#include "base/error.hpp"

#include <string>

namespace easel::inference {

namespace {

Tensor gaussian(int64_t radius, double sigma) {
    const int64_t size = 2 * radius + 1;
    const Tensor place = at::linspace(-1, 1, size, at::kFloat);
    const Tensor distance = (place.unsqueeze(1).square() + place.unsqueeze(0).square()).sqrt();
    const Tensor weights = at::exp(-distance.square() / (2.0 * sigma * sigma));
    return weights / weights.sum();
}

// Each channel of `pixels` convolved with `kernel` [k, k], mirrored at the edges.
Tensor filtered(const Tensor& pixels, const Tensor& kernel) {
    const int64_t radius = kernel.size(0) / 2, channels = pixels.size(3);
    if (pixels.size(1) <= radius || pixels.size(2) <= radius)
        throw UserError("a picture of " + std::to_string(pixels.size(2)) + " x " + std::to_string(pixels.size(1)) +
                        " pixels is too small for a radius of " + std::to_string(radius));
    const Tensor padded = at::reflection_pad2d(pixels.permute({0, 3, 1, 2}), {radius, radius, radius, radius});
    const Tensor kernels = kernel.expand({channels, 1, kernel.size(0), kernel.size(1)});
    return at::conv2d(padded, kernels, {}, at::IntArrayRef{1}, at::IntArrayRef{0}, at::IntArrayRef{1}, channels)
        .permute({0, 2, 3, 1});
}

}  // namespace

Tensor blur(const Tensor& pixels, int64_t radius, double sigma) { return filtered(pixels, gaussian(radius, sigma)); }

Tensor sharpen(const Tensor& pixels, int64_t radius, double sigma, double amount) {
    const Tensor kernel = gaussian(radius, sigma) * -(amount * 10);
    const Tensor centre = kernel[radius][radius];
    centre.copy_(centre - kernel.sum() + 1.0);
    return filtered(pixels, kernel).clamp(0, 1);
}

}  // namespace easel::inference
