// The parts of CogVideoX's autoencoder (Yang et al. 2024): convolutions that look at earlier frames only, and
// normalisation that what is decoded scales and shifts. Activations are [batch, channels, frames, h, w].
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/norm.hpp"
#include "inference/weights/weights.hpp"

#include <map>
#include <optional>
#include <vector>

namespace easel::inference::cogvideo_vae {

// The last frames that convolutions saw, for going through a video a few frames at a time. One for each run.
using SeenFrames = std::map<const void*, Tensor>;

// A convolution of some frames, rows and columns, of which the last frame is the one at hand.
struct CausalConv {
    Weight weight, bias;  // `conv.weight` [out, in, frames, kernel, kernel]

    explicit CausalConv(const Weights& w) : weight(w["conv.weight"]), bias(w.maybe("conv.bias")) {}
    // Before the video lies its first frame, repeated. A lone first frame is not remembered, as in the reference.
    Tensor operator()(const Tensor& x, SeenFrames& seen) const;
    int64_t in_channels() const { return weight.size(1); }
};

// A convolution of single cells.
struct CellConv {
    Weight weight, bias;  // [out, in, 1, 1, 1]

    explicit CellConv(const Weights& w) : weight(w["weight"]), bias(w["bias"]) {}
    Tensor operator()(const Tensor& x) const { return at::conv3d(x, weight.like(x), bias.like(x)); }
};

// Group normalisation, in decoders scaled and shifted by the latent at each cell.
struct Norm {
    GroupNorm groups;
    std::optional<CellConv> scale, shift;  // of the latent

    explicit Norm(const Weights& w);
    // `latent` [batch, channels, frames, h, w] has any size, its cells are repeated; undefined in encoders.
    Tensor then_silu(const Tensor& x, const Tensor& latent) const;
};

struct ResBlock {
    Norm norm1, norm2;
    CausalConv conv1, conv2;
    std::optional<CellConv> shortcut;

    explicit ResBlock(const Weights& w);
    Tensor operator()(const Tensor& x, const Tensor& latent, SeenFrames& seen) const;
};

// The blocks of a part that are called resnets.0, resnets.1, ...
std::vector<ResBlock> residual_blocks(const Weights& w);

// Halves or doubles rows and columns, and frames where `changes_frames`. The first of an odd number of frames stays
// one.
struct Downsample {
    Conv2d conv;
    bool changes_frames;

    Downsample(const Weights& w, bool changes_frames_) : conv(w / "conv", 2, 0), changes_frames(changes_frames_) {}
    Tensor operator()(const Tensor& x) const;
};
struct Upsample {
    Conv2d conv;
    bool changes_frames;

    Upsample(const Weights& w, bool changes_frames_) : conv(w / "conv"), changes_frames(changes_frames_) {}
    Tensor operator()(const Tensor& x) const;
};

// `x` with cells repeated to `size` {frames, h, w}; the first of an odd number of frames stands for itself.
Tensor repeated_to(const Tensor& x, at::IntArrayRef size);

}  // namespace easel::inference::cogvideo_vae
