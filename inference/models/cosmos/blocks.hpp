// The transformer block of Cosmos-Predict2 (NVIDIA 2025): attention among the tokens, attention to the prompt and a
// feed forward network, each scaled, shifted and gated by the time through a narrow layer of its own.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/network_patches.hpp"

namespace easel::inference::cosmos {

constexpr double eps = 1e-6;  // of every normalisation

// Time as it steers the blocks: `embedding` [batch, 1, dim] goes through each block's narrow layers, `shared`
// [batch, 1, 3 * dim] is added to what they give.
struct Time {
    Tensor embedding, shared;
};

// [dim] to [narrow] to [n * dim], the first `n * dim` numbers of `Time::shared` added.
struct Modulation {
    Linear narrow, wide;

    explicit Modulation(const Weights& w) : narrow(w / 1), wide(w / 2) {}
    Tensor operator()(const Time& time) const;
};

// What belongs to whole frames [batch, frames or 1, dim] for each of their tokens: [batch, tokens or 1, dim].
Tensor spread_to_tokens(const Tensor& values, int64_t tokens);

// Of the tokens [batch, tokens, dim] to their context [batch, others, context dim].
struct Attention {
    Linear q, k, v, out;
    RmsNorm norm_q, norm_k;
    int64_t heads;

    Attention(const Weights& w, int64_t head_size);
    // `rope` turns queries and keys; null: neither.
    Tensor operator()(const AttentionInput& input, const Rope* rope) const;
};

struct Block {
    Modulation self_modulation, cross_modulation, mlp_modulation;
    Attention self, cross;
    Linear mlp_in, mlp_out;

    explicit Block(const Weights& w);
    Tensor operator()(Tensor x, const Time& time, const Tensor& context, const Rope& rope,
                      const PatchPlace& place) const;
};

constexpr int64_t head_size = 128;

}  // namespace easel::inference::cosmos
