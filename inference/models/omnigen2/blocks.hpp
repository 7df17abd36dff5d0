// The transformer block of OmniGen 2 (Wu et al. 2025), with grouped attention and norms around both halves, which Boogu
// has as well. (comfy.ldm.omnigen.omnigen2)
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/weights/weights.hpp"

#include <optional>

namespace easel::inference::omnigen2 {

inline constexpr double eps = 1e-5;

// Queries [batch, heads, tokens, size], keys and values [batch, fewer heads, tokens, size] as [batch, tokens, dim].
Tensor grouped_attention(const Tensor& q, const Tensor& k, const Tensor& v);

struct Attention {
    Linear q, k, v, out;
    RmsNorm q_norm, k_norm;

    explicit Attention(const Weights& w);
    Tensor operator()(const Tensor& x, const Rope& rope) const;
};

struct FeedForward {
    Linear in, out, gated;

    explicit FeedForward(const Weights& w) : in(w / "linear_1"), out(w / "linear_2"), gated(w / "linear_3") {}
    Tensor operator()(const Tensor& x) const { return out(at::silu(in(x)) * gated(x)); }
};

// A norm that the time scales, and what the time says beside it. (LuminaRMSNormZero)
struct TimedNorm {
    Linear linear;
    RmsNorm norm;

    struct Result {
        Tensor x;                                  // normed
        Tensor second, third, fourth;              // [batch, 1, dim]
    };
    explicit TimedNorm(const Weights& w) : linear(w / "linear"), norm(w / "norm", eps) {}
    Result operator()(const Tensor& x, const Tensor& time) const;
};

struct Block {
    Attention attention;
    FeedForward feed_forward;
    std::optional<TimedNorm> timed_norm;  // blocks of the text alone do not hear of the time
    std::optional<RmsNorm> norm;
    RmsNorm behind_attention, before_mlp, behind_mlp;

    explicit Block(const Weights& w);
    // `x` [batch, tokens, dim], `time` [batch, width] or undefined.
    Tensor operator()(const Tensor& x, const Rope& rope, const Tensor& time) const;
};

}  // namespace easel::inference::omnigen2
