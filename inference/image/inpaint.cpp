#include "inference/image/inpaint.hpp"

namespace easel::inference {

InpaintPicture blank_masked(const Tensor& pixels, const Tensor& mask, int64_t cell) {
    const int64_t height = pixels.size(1), width = pixels.size(2);
    const int64_t top = (height % cell) / 2, left = (width % cell) / 2;
    const int64_t bottom = top + height / cell * cell, right = left + width / cell * cell;

    const Tensor sized = at::upsample_bilinear2d(mask.reshape({-1, 1, mask.size(-2), mask.size(-1)}), {height, width},
                                                 /*align_corners=*/false);
    const Tensor cut_mask = sized.slice(2, top, bottom).slice(3, left, right);

    Tensor cut = pixels.slice(1, top, bottom).slice(2, left, right).clone();
    const Tensor keep = (1.0 - cut_mask.round()).squeeze(1).unsqueeze(-1);  // [batch, h, w, 1]
    Tensor colours = cut.slice(3, 0, 3);
    colours.sub_(0.5).mul_(keep).add_(0.5);
    return {cut, cut_mask};
}

Tensor grown(const Tensor& mask, int64_t pixels) {
    if (pixels == 0) return mask.round();
    const Tensor kernel = at::ones({1, 1, pixels, pixels}, mask.options());
    const int64_t padding = pixels / 2;  // ceil((pixels - 1) / 2)
    return at::conv2d(mask.round(), kernel, {}, 1, padding)
        .clamp(0, 1)
        .slice(2, 0, mask.size(2))
        .slice(3, 0, mask.size(3))
        .round();
}

}  // namespace easel::inference
