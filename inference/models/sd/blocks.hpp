// The parts of Stable Diffusion's UNet (Rombach et al. 2022): residual blocks that are told the time, transformers over
// the pixels that read the prompt, and changes of resolution. Activations are [batch, channels, height, width] with
// channels innermost in memory, so that pixels are tokens without a copy.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
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

// Attention of `x` [batch, tokens, dim] to `context` [batch, others, context dim], or to itself.
struct CrossAttention {
    Linear q, k, v, out;
    int64_t heads;

    CrossAttention(const Weights& w, int64_t heads_);
    Tensor operator()(const Tensor& x, const Tensor& context) const;
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
    Tensor operator()(Tensor x, const Tensor& context) const;
};

// A stack of transformer blocks over the pixels, around which the channels are projected: by 1x1 convolutions in
// SD1.x, by linear layers later, which is the same computation.
struct SpatialTransformer {
    GroupNorm norm;
    Weight in_weight, in_bias, out_weight, out_bias;
    std::vector<TransformerBlock> blocks;

    // SD1.x has eight heads everywhere, later models heads of 64 channels.
    explicit SpatialTransformer(const Weights& w);
    Tensor operator()(const Tensor& x, const Tensor& context) const;
};

// One entry of `input_blocks` or `output_blocks`: whichever of these parts it has, in this order.
struct Stage {
    std::optional<Conv2d> conv;  // the first convolution, or one of stride two that halves the resolution
    std::optional<ResBlock> res;
    std::optional<SpatialTransformer> transformer;
    std::optional<Conv2d> up;  // after doubling the resolution

    explicit Stage(const Weights& w);
    // `size` is what the resolution grows to: that of the next skip connection, which odd sizes make uneven.
    Tensor operator()(Tensor x, const Tensor& time_embedding, const Tensor& context, at::IntArrayRef size) const;
};

}  // namespace easel::inference::sd
