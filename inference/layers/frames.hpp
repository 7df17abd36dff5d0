// Videos as frames, and layers along the time of a video, which turn networks for pictures into networks for videos
// (Blattmann et al. 2023). Such networks hold the frames of a video as members of their batch, one after the other.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/weights/weights.hpp"

#include <optional>

namespace easel::inference {

// [batch * frames, channels, height, width] as [batch, channels, frames, height, width], and back; without a copy where
// channels are innermost in memory.
Tensor frames_to_video(const Tensor& x, int64_t frames);
Tensor video_to_frames(const Tensor& video);

// A video whose frames have whole patches of so many cells to a side (padded_to_patches).
Tensor frames_of_whole_patches(const Tensor& video, int64_t patch);

// `first` by the share that `factor` [1] is the logit of, `second` by the rest.
Tensor mixed(const Weight& factor, const Tensor& first, const Tensor& second);

// A convolution over neighbouring frames.
struct FrameConv {
    Weight weight, bias;  // [out, in, frames, 1, 1], [out]

    explicit FrameConv(const Weights& w) : weight(w["weight"]), bias(w.maybe("bias")) {}
    // `video` [batch, channels, frames, height, width], whose size is kept.
    Tensor operator()(const Tensor& video) const;
};

// A residual block over neighbouring frames.
struct FrameResBlock {
    GroupNorm in_norm, out_norm;
    FrameConv in_conv, out_conv;
    std::optional<Linear> time;  // of the embedded time, one value a channel

    explicit FrameResBlock(const Weights& w);
    // `video` [batch, channels, frames, height, width]; `time_embedding` [batch * frames, dim] through its SiLU, read
    // where the block has a use for it.
    Tensor operator()(const Tensor& video, const Tensor& time_embedding = {}) const;
};

}  // namespace easel::inference
