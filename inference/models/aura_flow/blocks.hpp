// The parts of AuraFlow's transformer: a few blocks in which text and picture have weights of their own and attend
// together, then blocks over both as one sequence. All sequences are [batch, tokens, dim].
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/weights/weights.hpp"

namespace easel::inference::aura_flow {

// Queries, keys, values and the way back of one stream. Queries and keys are normalised head by head.
struct Projections {
    Linear q, k, v, out;

    // `stream` is 1 or 2, as in the names of the weights.
    Projections(const Weights& w, int stream);
};

// SiLU-gated.
struct Mlp {
    Linear gate, value, out;

    explicit Mlp(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

struct DoubleBlock {
    Linear text_modulation, picture_modulation;
    Projections text_attention, picture_attention;
    Mlp text_mlp, picture_mlp;

    explicit DoubleBlock(const Weights& w);
    // Replaces both sequences. `c` [batch, dim] is the embedded time after its SiLU.
    void operator()(Tensor& text, Tensor& picture, const Tensor& c) const;
};

struct SingleBlock {
    Linear modulation;
    Projections attention;
    Mlp mlp;

    explicit SingleBlock(const Weights& w);
    Tensor operator()(const Tensor& x, const Tensor& c) const;
};

}  // namespace easel::inference::aura_flow
