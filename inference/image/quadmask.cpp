#include "inference/image/quadmask.hpp"

namespace easel::inference {

Tensor quadmask(const Tensor& mask, int64_t width) {
    Tensor levels = mask.max().item<float>() <= 1.0f ? mask * 255.0 : mask.clone();
    if (width > 0) {
        const int64_t size = 2 * width + 1;
        const Tensor dark = (levels < 128).to(at::kFloat).unsqueeze(1);
        const Tensor grown = at::max_pool2d(dark, {size, size}, {1, 1}, {width, width}).squeeze(1);
        levels.masked_fill_(grown > 0.5, 0);
    }
    const Tensor rounded =
        at::where(levels <= 31, 0.0, at::where(levels <= 95, 63.0, at::where(levels <= 191, 127.0, 255.0)));
    return ((255.0 - rounded) / 255.0).to(at::kFloat);
}

}  // namespace easel::inference
