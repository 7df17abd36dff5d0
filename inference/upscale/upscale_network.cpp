#include "inference/upscale/upscale_network.hpp"

#include <cmath>

namespace easel::inference {

PixelShuffle pixel_shuffle_of(int64_t convolved, int64_t in_channels) {
    for (const int64_t channels : {in_channels, int64_t{3}, int64_t{4}, int64_t{1}}) {
        if (convolved % channels != 0) continue;
        const auto side = static_cast<int64_t>(std::sqrt(static_cast<double>(convolved / channels)));
        if (side * side == convolved / channels) return {.scale = side, .channels = channels};
    }
    throw ModelError("the upscale model's last layer has " + std::to_string(convolved) +
                     " channels, from which its factor cannot be told");
}

Tensor enlarged(const Tensor& x, int64_t factor) {
    return factor == 1 ? x : at::upsample_nearest2d(x, {x.size(2) * factor, x.size(3) * factor});
}

Tensor reflected_to_multiple(const Tensor& x, int64_t multiple) {
    const auto missing = [multiple](int64_t side) { return (multiple - side % multiple) % multiple; };
    const int64_t right = missing(x.size(3)), bottom = missing(x.size(2));
    return right == 0 && bottom == 0 ? x : at::reflection_pad2d(x, {0, right, 0, bottom});
}

}  // namespace easel::inference
