// The transformer block of Wan (Wan team 2025): attention among the tokens of a video, attention to the prompt and to
// the features of a picture, and a feed forward network. Heads have 128 dimensions; widths come from the weights.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"

#include <functional>
#include <optional>

namespace easel::inference::wan {

constexpr int64_t head_size = 128;
constexpr double eps = 1e-6;  // of every normalisation

struct SelfAttention {
    Linear q, k, v, out;
    RmsNorm norm_q, norm_k;

    explicit SelfAttention(const Weights& w);
    Tensor operator()(const Tensor& x, const Rope& rope) const;  // [batch, tokens, dim]

    // Its parts, [batch, heads, tokens, 128] each; queries and keys are turned by their positions.
    Tensor queries(const Tensor& x, const Rope& rope) const;
    Tensor keys(const Tensor& x, const Rope& rope) const;
    Tensor values(const Tensor& x) const;
};

// What cross attention reads, [batch, tokens, dim] each. Models that take pictures look at `picture` with projections
// of their own; without one they see the prompt there as well, with an empty one nothing.
struct Context {
    Tensor text, picture;
};

struct CrossAttention {
    Linear q, k, v, out;
    RmsNorm norm_q, norm_k;
    std::optional<Linear> k_picture, v_picture;
    std::optional<RmsNorm> norm_k_picture;

    explicit CrossAttention(const Weights& w);
    Tensor operator()(const Tensor& x, const Context& context) const;
};

using TokenFunction = std::function<Tensor(const Tensor&)>;  // of tokens [batch, tokens, dim]

struct Block {
    Weight modulation;  // [1, 6, dim]
    SelfAttention self;
    LayerNorm norm_cross;
    CrossAttention cross;
    Linear ff_in, ff_out;

    explicit Block(const Weights& w);
    // `time` [batch, times, 6, dim]: one time for all tokens, or one for each frame's.
    Tensor operator()(Tensor x, const Tensor& time, const Rope& rope, const Context& context) const;

    // What a variant puts in place of self attention, which gets normalised tokens, and between attention to the prompt
    // and the feed forward network; the latter may be empty.
    struct Parts {
        TokenFunction attend, after_cross;
    };
    Tensor operator()(Tensor x, const Tensor& time, const Context& context, const Parts& parts) const;
    // The tokens as self attention gets them.
    Tensor before_attention(const Tensor& x, const Tensor& time) const;
};

// `value` [batch, times, dim] for each of `tokens` tokens, where there is more than one time.
Tensor for_tokens(const Tensor& value, int64_t tokens);

}  // namespace easel::inference::wan
