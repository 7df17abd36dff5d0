// What the nodes that decode latents do with the frames of a video.
#pragma once

#include "inference/tensor.hpp"

namespace easel::nodes {

// [batch, frames, h, w, c] becomes [batch * frames, h, w, c]; pictures stay as they are.
inline Tensor merge_frames(const Tensor& pixels) {
    return pixels.dim() == 5 ? pixels.reshape({-1, pixels.size(-3), pixels.size(-2), pixels.size(-1)}) : pixels;
}

}  // namespace easel::nodes
