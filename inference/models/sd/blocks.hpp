// The parts of Stable Diffusion's UNet (Rombach et al. 2022): residual blocks that are told the time, transformers over
// the pixels that read the prompt, and changes of resolution. Activations are [batch, channels, height, width] with
// channels innermost in memory, so that pixels are tokens without a copy.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <vector>

namespace easel::inference::sd {

struct ResBlock {
    GroupNorm in_norm, out_norm;
    Conv2d in_conv, out_conv;
    Linear time;                 // of the embedded time, one value a channel
    std::optional<Conv2d> skip;  // where the number of channels changes

    explicit ResBlock(const Weights& w);
    // `time_embedding` [batch, dim], already through its SiLU.
    Tensor operator()(const Tensor& x, const Tensor& time_embedding) const;
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
    LayerNorm norm1, norm2, norm3;
    CrossAttention self, cross;
    FeedForward ff;

    TransformerBlock(const Weights& w, int64_t heads);
    // `x` [batch, tokens, dim], `context` [batch, others, context dim].
    Tensor operator()(Tensor x, const Tensor& context, PatchPlace& place) const;
};

// A stack of transformer blocks over the pixels, around which the channels are projected: by 1x1 convolutions in
// SD1.x, by linear layers later, which is the same computation.
struct SpatialTransformer {
    GroupNorm norm;
    Linear in, out;
    std::vector<TransformerBlock> blocks;

    // SD1.x has eight heads everywhere, later models heads of 64 channels.
    explicit SpatialTransformer(const Weights& w);
    // Counts itself in `place`, which says where it is.
    Tensor operator()(const Tensor& x, const Tensor& context, PatchPlace& place) const;
};

// One entry of `input_blocks` or `output_blocks`: whichever of these parts it has, in this order.
struct Stage {
    std::optional<Conv2d> conv;  // the first convolution, or one of stride two that halves the resolution
    std::optional<ResBlock> res;
    std::optional<SpatialTransformer> transformer;
    std::optional<Conv2d> up;  // after doubling the resolution

    Stage() = default;
    // Of the parts 0, 1, 2 under `w`.
    explicit Stage(const Weights& w);
    // Of the single part that `w` is.
    static Stage of_one(const Weights& w);
    // `size` is what the resolution grows to: that of the next skip connection, which odd sizes make uneven.
    Tensor operator()(Tensor x, const Tensor& time_embedding, const Tensor& context, at::IntArrayRef size,
                      PatchPlace& place) const;

private:
    void add(const Weights& part);
};

}  // namespace easel::inference::sd
