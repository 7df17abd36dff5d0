#include "inference/models/minimax_h3/masks.hpp"

#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/replication_pad2d.h>

namespace easel::inference::minimax_h3 {
namespace {

constexpr int64_t token_cells = 2;  // of a video token's side
constexpr double all_made = 1.0 - 1e-3;

bool is_all_made(const Tensor& mask) { return mask.min().item<double>() >= all_made; }

// The largest value of each token, [frames, rows, columns] of [frames, height, width].
Tensor largest_of_tokens(const Tensor& frames) {
    const int64_t below = frames.size(1) % token_cells, right = frames.size(2) % token_cells;
    const Tensor whole = below + right == 0 ? frames : at::replication_pad2d(frames, {0, right, 0, below});
    return at::max_pool2d(whole, {token_cells, token_cells});
}

}  // namespace

std::vector<Tensor> masks_of_tokens(const Tensor& mask, const StreamShapes& shapes) {
    std::vector<Tensor> masks = unpack_streams(mask, shapes);
    const Tensor& video = masks[0];
    const Tensor tokens = largest_of_tokens(video.flatten(0, 2));
    masks[0] = tokens.repeat_interleave(token_cells, 1)
                   .repeat_interleave(token_cells, 2)
                   .slice(1, 0, video.size(3))
                   .slice(2, 0, video.size(4))
                   .reshape(video.sizes());
    if (masks.size() > 1) masks[1] = masks[1].amax(1, /*keepdim=*/true).expand_as(masks[1]).contiguous();
    for (Tensor& each : masks)
        each = at::ceil(each * 256.0) / 256.0;
    return masks;
}

TokenMasks token_masks(const Tensor& mask, const StreamShapes& shapes) {
    const std::vector<Tensor> masks = masks_of_tokens(mask, shapes);
    TokenMasks tokens;
    if (!is_all_made(masks[0])) {
        const Tensor video = largest_of_tokens(masks[0].select(0, 0).select(0, 0)).flatten();
        if (!is_all_made(video)) tokens.video = video;
    }
    if (masks.size() > 1 && !is_all_made(masks[1])) tokens.sound = masks[1].select(0, 0).amax(0).flatten();
    return tokens;
}

}  // namespace easel::inference::minimax_h3
