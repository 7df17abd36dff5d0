#include "inference/image/resize.hpp"

#include "base/error.hpp"
#include "inference/image/bislerp.hpp"
#include "inference/image/lanczos.hpp"

#include <cmath>
#include <string>

namespace easel::inference {
namespace {

// Python's round: halves go to the even neighbour.
int64_t round_half_even(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

// The largest part around the centre with the aspect ratio of width by height.
Tensor crop_to_aspect(const Tensor& samples, int64_t width, int64_t height) {
    const int64_t old_width = samples.size(-1), old_height = samples.size(-2);
    const double old_aspect = static_cast<double>(old_width) / static_cast<double>(old_height);
    const double aspect = static_cast<double>(width) / static_cast<double>(height);
    int64_t left = 0, top = 0;
    if (old_aspect > aspect)
        left = round_half_even(
            (static_cast<double>(old_width) - static_cast<double>(old_width) * (aspect / old_aspect)) / 2);
    else if (old_aspect < aspect)
        top = round_half_even(
            (static_cast<double>(old_height) - static_cast<double>(old_height) * (old_aspect / aspect)) / 2);
    return samples.narrow(-2, top, old_height - top * 2).narrow(-1, left, old_width - left * 2);
}

// [batch, channels, height, width]
Tensor interpolate(const Tensor& samples, int64_t width, int64_t height, std::string_view method) {
    const std::array<int64_t, 2> size{height, width};
    if (method == "nearest") return at::upsample_nearest2d(samples, size);
    if (method == "nearest-exact") return at::_upsample_nearest_exact2d(samples, size);
    if (method == "bilinear") return at::upsample_bilinear2d(samples, size, /*align_corners=*/false);
    if (method == "bicubic") return at::upsample_bicubic2d(samples, size, /*align_corners=*/false);
    if (method == "area") return at::adaptive_avg_pool2d(samples, size);
    if (method == "bislerp") return bislerp(samples, width, height);
    if (method == "lanczos") return lanczos_through_bytes(samples, width, height);
    throw UserError("there is no resize method '" + std::string(method) + "'");
}

}  // namespace

Tensor resize(const Tensor& samples, int64_t width, int64_t height, std::string_view method, Crop crop) {
    if (samples.dim() == 5) {
        // Frames are resized one by one.
        const int64_t batch = samples.size(0), channels = samples.size(1), frames = samples.size(2);
        const Tensor flat = samples.movedim(2, 1).reshape({-1, channels, samples.size(3), samples.size(4)});
        const Tensor resized = resize(flat, width, height, method, crop);
        return resized.reshape({batch, frames, -1, height, width}).movedim(2, 1);
    }
    const Tensor part = crop == Crop::center ? crop_to_aspect(samples, width, height) : samples;
    return interpolate(part, width, height, method);
}

Tensor resize_image(const Tensor& pixels, int64_t width, int64_t height, std::string_view method, Crop crop) {
    return resize(pixels.movedim(-1, 1), width, height, method, crop).movedim(1, -1);
}

Tensor reshape_mask(const Tensor& mask, at::IntArrayRef shape) {
    Tensor resized;
    if (shape.size() == 5) {
        const Tensor volume = mask.dim() < 5 ? mask.reshape({1, 1, -1, mask.size(-2), mask.size(-1)}) : mask;
        resized = at::upsample_trilinear3d(volume, shape.slice(2), /*align_corners=*/false);
    } else if (shape.size() == 3) {
        const Tensor rows = mask.dim() < 3 ? mask.reshape({-1, 1, mask.size(-1)}) : mask;
        resized = at::upsample_linear1d(rows, shape.slice(2), /*align_corners=*/false);
    } else {
        const Tensor planes = mask.reshape({-1, 1, mask.size(-2), mask.size(-1)});
        resized = at::upsample_bilinear2d(planes, shape.slice(2), /*align_corners=*/false);
    }
    if (resized.size(1) < shape[1]) {
        std::vector<int64_t> repeats(shape.size(), 1);
        repeats[1] = shape[1];
        resized = resized.repeat(repeats).narrow(1, 0, shape[1]);
    }
    return repeat_to_batch(resized, shape[0]);
}

Tensor repeat_to_batch(const Tensor& tensor, int64_t batch) {
    const int64_t present = tensor.size(0);
    if (present >= batch) return present == batch ? tensor : tensor.narrow(0, 0, batch);
    std::vector<int64_t> repeats(static_cast<std::size_t>(tensor.dim()), 1);
    repeats[0] = (batch + present - 1) / present;
    return tensor.repeat(repeats).narrow(0, 0, batch);
}

}  // namespace easel::inference
