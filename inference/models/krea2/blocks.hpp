// The parts of Krea 2's transformer. (comfy.ldm.krea2.model)
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/network_patches.hpp"
#include "inference/weights/weights.hpp"

#include <optional>

namespace easel::inference::krea2 {

// By the root mean square; the scale is one more than the weight says.
struct Norm {
    Weight scale;

    explicit Norm(const Weights& w) : scale(w["scale"]) {}
    Tensor operator()(const Tensor& x) const;
};

// Grouped attention whose result is gated by the input.
struct Attention {
    Linear q, k, v, gate, out;
    Norm q_norm, k_norm;
    int64_t heads, key_heads;

    Attention(const Weights& w, int64_t heads_, int64_t key_heads_);
    // `x` [batch, tokens, dim]; without a `rope` positions do not count. `place` is where patches are called; null:
    // none are.
    Tensor operator()(const Tensor& x, const Rope* rope, const PatchPlace* place) const;
};

struct FeedForward {
    Linear gate, up, down;

    explicit FeedForward(const Weights& w) : gate(w / "gate"), up(w / "up"), down(w / "down") {}
    Tensor operator()(const Tensor& x) const { return down(at::silu(gate(x)) * up(x)); }
};

// Of the text alone.
struct TextBlock {
    Norm before_attention, before_mlp;
    Attention attention;
    FeedForward mlp;

    TextBlock(const Weights& w, int64_t heads);
    Tensor operator()(const Tensor& x) const;
};

// The modulations of a step, [batch, 1, 6 * dim], and those of reference pictures, which are without noise.
struct Modulations {
    Tensor of_picture, of_references;
    int64_t first_reference = 0;  // token from which on those of references count, where they are defined
};

// Of text and picture in one sequence.
struct Block {
    Weight modulation;  // [6 * dim], added to the step's
    Norm before_attention, before_mlp;
    Attention attention;
    FeedForward mlp;

    Block(const Weights& w, int64_t head_size);
    Tensor operator()(const Tensor& x, const Modulations& time, const Rope& rope, const PatchPlace& place) const;
};

}  // namespace easel::inference::krea2
