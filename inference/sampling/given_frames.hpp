// The frames of a video that a condition gives, as networks read them beside the noise.
#pragma once

#include "inference/models/network_input.hpp"
#include "inference/sampling/conditioning.hpp"

#include <cstdint>

namespace easel::inference {

// `video` [batch, channels, frames, h, w] in the height and width of the target's latents.
Tensor fitted_to(const Tensor& video, const SamplingTarget& target);

// As many frames of `video` as `frames`; those that are missing are zero.
Tensor with_frames(const Tensor& video, int64_t frames);

// 1 where frames are given, in the target's size: [batch, 1, frames, h, w]. `mask` is 0 there, [batch, channels,
// frames, h, w], of which the first channel counts, or [batch, h, w] for a single frame.
Tensor given_frames(const Tensor& mask, const SamplingTarget& target);

// The same where nothing is given: zeros.
Tensor no_given_frames(const SamplingTarget& target);

}  // namespace easel::inference
