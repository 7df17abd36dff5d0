// The parts of Stable Diffusion's UNet (Rombach et al. 2022): residual blocks that are told the time, transformers over
// the pixels that read the prompt, and changes of resolution. Activations are [batch, channels, height, width] with
// channels innermost in memory, so that pixels are tokens without a copy. In networks for videos (Blattmann et al.
// 2023) the frames are members of the batch, and both kinds of blocks have a counterpart over the frames.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/frames.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <vector>

namespace easel::inference::sd {

// What blocks are told beside their features.
struct BlockInputs {
    const Tensor& time_embedding;  // [batch, dim], already through its SiLU
    const Tensor& context;         // [batch, tokens, dim]
    int64_t frames = 1;            // so many members of the batch after each other are one video
};

struct ResBlock {
    GroupNorm in_norm, out_norm;
    Conv2d in_conv, out_conv;
    Linear time;                 // of the embedded time, one value a channel
    std::optional<Conv2d> skip;  // where the number of channels changes
    std::optional<FrameResBlock> over_frames;
    Weight picture_share;  // the logit of how much counts what the block makes of frames alone

    explicit ResBlock(const Weights& w);
    Tensor operator()(const Tensor& x, const BlockInputs& told) const;
};

// Attention of tokens to themselves or to the prompt.
struct CrossAttention {
    Linear q, k, v, out;
    int64_t heads;

    CrossAttention(const Weights& w, int64_t heads_);
    // `replacement` computes the attention itself where it is not null.
    Tensor operator()(const AttentionInput& input, const AttentionReplacement* replacement,
                      const PatchPlace& place) const;
};

struct FeedForward {
    Linear in, out;  // `in` makes values and gates (GEGLU)

    explicit FeedForward(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

struct TransformerBlock {
    std::optional<LayerNorm> first_norm;  // of blocks over frames, with the layers behind it
    std::optional<FeedForward> first;
    LayerNorm norm1, norm3;
    CrossAttention self;  // SD's upscaler reads the prompt in both
    std::optional<LayerNorm> norm2;
    std::optional<CrossAttention> cross;
    FeedForward ff;

    TransformerBlock(const Weights& w, int64_t heads);
    // `x` [batch, tokens, dim], `context` [batch, others, context dim].
    Tensor operator()(Tensor x, const Tensor& context, PatchPlace& place) const;
};

// The blocks over the frames of each pixel that follow those over the pixels of each frame.
struct FrameTransformer {
    Linear position_in, position_out;  // of a frame's number
    std::vector<TransformerBlock> blocks;
    Weight picture_share;  // the logit of how much counts what frames are alone

    FrameTransformer(const Weights& w, int64_t heads);
    // What tells the `frames` of each of `videos` apart, [videos * frames, 1, dim], like `tokens`.
    Tensor positions(int64_t videos, int64_t frames, const Tensor& tokens) const;
    // `tokens` [videos * frames, height * width, dim] after block `index`, with their `positions`.
    Tensor operator()(const Tensor& tokens, std::size_t index, const Tensor& positions, const BlockInputs& told,
                      PatchPlace& place) const;
};

// A stack of transformer blocks over the pixels, around which the channels are projected: by 1x1 convolutions in
// SD1.x, by linear layers later, which is the same computation.
struct SpatialTransformer {
    GroupNorm norm;
    Linear in, out;
    std::vector<TransformerBlock> blocks;
    std::optional<FrameTransformer> over_frames;

    // Without a number of `heads`: SD1.x has eight everywhere, later models have heads of 64 channels.
    explicit SpatialTransformer(const Weights& w, std::optional<int64_t> heads = {});
    // Counts itself in `place`, which says where it is.
    Tensor operator()(const Tensor& x, const BlockInputs& told, PatchPlace& place) const;
};

// One entry of `input_blocks` or `output_blocks`: whichever of these parts it has, in this order.
struct Stage {
    std::optional<Conv2d> conv;  // the first convolution, or one of stride two that halves the resolution
    std::optional<ResBlock> res;
    std::optional<SpatialTransformer> transformer;
    std::optional<Conv2d> up;  // after doubling the resolution

    Stage() = default;
    // Of the parts 0, 1, 2 under `w`; `heads` as for SpatialTransformer.
    explicit Stage(const Weights& w, std::optional<int64_t> heads = {});
    // Of the single part that `w` is.
    static Stage of_one(const Weights& w, std::optional<int64_t> heads = {});
    // `size` is what the resolution grows to: that of the next skip connection, which odd sizes make uneven.
    Tensor operator()(Tensor x, const BlockInputs& told, at::IntArrayRef size, PatchPlace& place) const;

private:
    void add(const Weights& part, std::optional<int64_t> heads);
};

}  // namespace easel::inference::sd
