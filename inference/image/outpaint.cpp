#include "inference/image/outpaint.hpp"

namespace easel::inference {

namespace {

// For each of `length` places, how far it is from the nearer of those two ends that have a margin; `length` for none.
Tensor distance_to_margin(int64_t length, bool margin_before, bool margin_after) {
    const Tensor place = at::arange(length, at::kDouble);
    const Tensor far = at::full({length}, double(length), at::kDouble);
    return at::minimum(margin_before ? place : far, margin_after ? length - place : far);
}

}  // namespace

Outpainting pad_for_outpainting(const Tensor& pixels, const Margins& margins, int64_t feathering) {
    const int64_t batch = pixels.size(0), height = pixels.size(1), width = pixels.size(2);
    const int64_t full_height = height + margins.top + margins.bottom,
                  full_width = width + margins.left + margins.right;

    const Tensor padded = at::full({batch, full_height, full_width, pixels.size(3)}, 0.5, at::kFloat);
    padded.narrow(1, margins.top, height).narrow(2, margins.left, width).copy_(pixels);

    Tensor inside = at::zeros({height, width}, at::kFloat);
    if (feathering > 0 && feathering * 2 < height && feathering * 2 < width) {
        const Tensor rows = distance_to_margin(height, margins.top != 0, margins.bottom != 0);
        const Tensor columns = distance_to_margin(width, margins.left != 0, margins.right != 0);
        const Tensor distance = at::minimum(rows.unsqueeze(1), columns.unsqueeze(0));
        inside = ((double(feathering) - distance) / double(feathering)).clamp_min(0).square().to(at::kFloat);
    }
    const Tensor mask = at::ones({1, full_height, full_width}, at::kFloat);
    mask.narrow(1, margins.top, height).narrow(2, margins.left, width).copy_(inside);
    return {padded, mask};
}

}  // namespace easel::inference
