// Parts of a long video's latent that are sampled one after the other.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference::seedvr {

// How many frames of the video a part may have so that `free_bytes` of memory suffice for latents of this shape [batch,
// channels, frames, h, w]: 4 n + 1, and no more than there are. (SeedVR2TemporalChunk of the reference, "auto")
int64_t frames_that_fit(at::IntArrayRef latent, double free_bytes);

// `latent` [batch, channels, frames, h, w] as parts of `length` frames, each with the last `overlap` of the one before.
std::vector<Tensor> split_frames(const Tensor& latent, int64_t length, int64_t overlap);

// The parts joined again: over the frames that two have in common the first one fades into the second, in the middle
// third of them. Throws ValueError when their shapes do not go together. (SeedVR2TemporalMerge of the reference)
Tensor join_frames(const std::vector<Tensor>& parts, int64_t overlap);

}  // namespace easel::inference::seedvr
