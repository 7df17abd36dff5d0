#include "inference/models/wan/scail/identity_masks.hpp"

namespace easel::inference::wan {

Tensor identity_masks(const Tensor& colors) {
    constexpr float bright = 225.0f / 255.0f;
    constexpr int64_t frames_together = 4, halvings = 3;
    const Tensor on = colors.slice(3, 0, 3).movedim(3, 1).gt(bright).to(at::kFloat), off = 1.0 - on;
    const auto color = [&](bool red, bool green, bool blue) {
        const auto part = [&](bool is_on, int64_t channel) {
            return (is_on ? on : off).slice(1, channel, channel + 1);
        };
        return part(red, 0) * part(green, 1) * part(blue, 2);
    };
    const Tensor masks = at::cat({color(true, true, true), color(true, false, false), color(false, true, false),
                                  color(false, false, true), color(true, true, false), color(true, false, true),
                                  color(false, true, true)},
                                 1);  // white, red, green, blue, yellow, magenta, cyan
    int64_t height = masks.size(2), width = masks.size(3);
    for (int64_t i = 0; i < halvings; ++i) {
        height = (height + 1) / 2;
        width = (width + 1) / 2;
    }
    const Tensor small = at::adaptive_avg_pool2d(masks, {height, width});
    const Tensor frames = at::cat({small.slice(0, 0, 1).expand({frames_together, -1, -1, -1}), small.slice(0, 1)});
    return frames.reshape({1, -1, frames_together * masks.size(1), height, width}).transpose(1, 2).contiguous();
}

}  // namespace easel::inference::wan
