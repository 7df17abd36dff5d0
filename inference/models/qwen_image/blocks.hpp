// The transformer block of Qwen-Image (Wu et al. 2025): text and picture in two streams that meet in attention, each
// scaled and shifted by the time. Heads have 128 dimensions; widths come from the weights.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"

namespace easel::inference::qwen_image {

constexpr double eps = 1e-6;  // of every normalisation

// The time, through its SiLU, [batch, dim], and how many tokens of the picture it counts for: those behind them, which
// belong to reference pictures, take `of_references` instead where it is defined.
struct Time {
    Tensor of_picture, of_references;
    int64_t picture_tokens = 0;
};

// Embeds the time.
struct TimeEmbedding {
    Linear in, out;
    Weight layered;  // [2, dim]: what the time of models that make layers begins with

    // `w` is the network.
    explicit TimeEmbedding(const Weights& w);
    // `timestep` [batch] in 0..1 as [batch, dim], through its SiLU.
    Tensor operator()(const Tensor& timestep, at::ScalarType dtype) const;
};

// How one normalisation is scaled and shifted and how much of what follows is added: each [batch, 1, dim], or
// [batch, tokens, dim] where tokens differ in time.
struct Modulation {
    Tensor shift, scale, gate;

    Tensor apply(const Tensor& x) const;
};

// One half of a block.
struct Stream {
    Linear modulation;  // [dim] to [6 * dim]
    Linear q, k, v, out;
    RmsNorm norm_q, norm_k;
    Linear mlp_in, mlp_out;

    // What the stream brings to attention, each [batch, heads, tokens, 128], from `x` [batch, tokens, dim].
    struct Qkv {
        Tensor q, k, v;
    };
    Qkv attend(const Tensor& x) const;
    Tensor feed_forward(const Tensor& x) const;
    // The modulations around attention and around the feed forward network, for `tokens` tokens.
    std::pair<Modulation, Modulation> modulations(const Time& time, int64_t tokens) const;
};

struct Block {
    Stream image, text;

    explicit Block(const Weights& w);
    // Changes both streams [batch, tokens, dim]. Text comes first in `rope` and in `mask` (undefined, or added to the
    // scores, [batch, 1, 1, tokens]).
    void operator()(Tensor& image_tokens, Tensor& text_tokens, const Time& time, const Rope& rope,
                    const Tensor& mask) const;
};

// What is added to the scores, [batch, 1, 1, tokens]: tokens of the text whose `mask` [batch, tokens] is 0 fall to the
// lowest number.
Tensor attention_bias(const Tensor& mask, int64_t picture_tokens);

}  // namespace easel::inference::qwen_image
