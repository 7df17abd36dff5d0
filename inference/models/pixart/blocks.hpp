// The block of PixArt's transformer (Chen et al. 2023): attention of the picture to itself and to the prompt, steered
// by one modulation for all blocks, to which each adds a table of its own. Sequences are [batch, tokens, dim].
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/weights/weights.hpp"

namespace easel::inference::pixart {

struct Mlp {
    Linear in, out;

    explicit Mlp(const Weights& w) : in(w / "fc1"), out(w / "fc2") {}
    Tensor operator()(const Tensor& x) const { return out(at::gelu(in(x), "tanh")); }
};

struct Block {
    Linear qkv, self_out;
    Linear q, kv, cross_out;
    Mlp mlp;
    Weight table;  // [6, dim]

    explicit Block(const Weights& w);
    // `text` [batch, others, dim]; `modulation` [batch, 6, dim], what time and sizes ask of every block.
    Tensor operator()(Tensor x, const Tensor& text, const Tensor& modulation) const;
};

}  // namespace easel::inference::pixart
