// The parts of HiDream-I1's transformer: text and picture attend together, first with weights of their own, then as one
// sequence, and the picture's feed forward is a mixture of experts. Sequences are [batch, tokens, dim].
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/weights/weights.hpp"

#include <vector>

namespace easel::inference::hidream {

// What stands around the attention of one stream. Queries and keys are normalised before the heads are split.
struct Projections {
    Linear q, k, v, out;
    RmsNorm q_norm, k_norm;

    // `suffix` is what the weights' names end in: "_t" for the text of a block with two streams.
    Projections(const Weights& w, std::string_view suffix);
};

// SiLU-gated.
struct FeedForward {
    Linear gate, value, out;

    explicit FeedForward(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// Every token goes through the two experts that its score prefers, weighted by the scores, and through a shared one.
struct MixtureOfExperts {
    Linear score;
    std::vector<FeedForward> experts;
    FeedForward shared;

    explicit MixtureOfExperts(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

// `c` [batch, dim] is the embedded time and pooled prompt after their SiLU; `rope` covers picture, then text.
struct DoubleBlock {
    Linear modulation;
    Projections picture_attention, text_attention;
    MixtureOfExperts picture_ff;
    FeedForward text_ff;

    explicit DoubleBlock(const Weights& w);
    // Replaces both sequences.
    void operator()(Tensor& picture, Tensor& text, const Tensor& c, const Rope& rope) const;
};

struct SingleBlock {
    Linear modulation;
    Projections attention;
    MixtureOfExperts ff;

    explicit SingleBlock(const Weights& w);
    Tensor operator()(const Tensor& x, const Tensor& c, const Rope& rope) const;
};

}  // namespace easel::inference::hidream
