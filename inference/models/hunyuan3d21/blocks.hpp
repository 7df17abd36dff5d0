// The blocks of Hunyuan3D 2.1. Tokens are [batch, tokens, dim] throughout.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"

#include <optional>
#include <vector>

namespace easel::inference::hunyuan3d21 {

inline constexpr double norm_eps = 1e-6;

// Attention of tokens to themselves or to others. The norm of queries tells how wide a head is.
struct Attention {
    Linear q, k, v, out;
    RmsNorm q_norm, k_norm;

    explicit Attention(const Weights& w);
    Tensor to_itself(const Tensor& x) const;
    Tensor to_others(const Tensor& x, const Tensor& others) const;

private:
    Tensor attended(const Tensor& queries, const Tensor& keys, const Tensor& values) const;
};

// GELU between two linear layers.
struct FeedForward {
    Linear in, out;

    FeedForward(const Weights& in_weights, const Weights& out_weights) : in(in_weights), out(out_weights) {}
    Tensor operator()(const Tensor& x) const { return out(at::gelu(in(x))); }
};

// Of several experts each token goes to the two that a gate finds best, and all tokens to one more.
struct Experts {
    Weight gate;  // [experts, dim]
    std::vector<FeedForward> experts;
    FeedForward shared;

    explicit Experts(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

struct Block {
    LayerNorm norm1, norm2, norm3;
    Attention own, picture;
    std::optional<Linear> skip;  // [2 * dim] to [dim]: takes an earlier block's tokens back in
    std::optional<LayerNorm> skip_norm;
    std::optional<FeedForward> mlp;
    std::optional<Experts> experts;  // in place of `mlp`

    explicit Block(const Weights& w);
    // `earlier` is read where there is a `skip`.
    Tensor operator()(Tensor x, const Tensor& context, const Tensor& earlier) const;
};

}  // namespace easel::inference::hunyuan3d21
