// Noise that moves with the pictures of a video ("Go-with-the-Flow", Burgert et al. 2025, arXiv 2501.08331): each frame
// alone is Gaussian noise, and what moves takes its noise along.
#pragma once

#include "inference/tensor.hpp"
#include "inference/vision/optical_flow/raft.hpp"

#include <cstdint>
#include <functional>

namespace easel::inference {

// [frames, channels, height / 8, width / 8] of unit variance, in float32 on the CPU, for `video` [frames, height,
// width, 3] in 0..1, whose sides are multiples of 16 (others lose what remains). The noise is drawn from `seed`.
// `on_frame` is told how many frames are done. (void_noise_warp.get_noise_from_video)
Tensor warped_noise(const Raft& flow, const Tensor& video, int64_t channels, uint64_t seed,
                    const std::function<void(int64_t done, int64_t total)>& on_frame);

}  // namespace easel::inference
