// The blocks of Stable Audio's transformers (Evans et al. 2024): attention to the sound, which may be the difference of
// two attentions (Ye et al. 2024), attention to the prompt, and a gated feed forward. Tokens are moments of the latent.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/rope.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <vector>

namespace easel::inference::stable_audio {

// Over the last dimension: by the root mean square, or by mean and deviation; scaled only.
struct Norm {
    Weight gamma;  // [dim]
    bool is_rms = false;

    Norm() = default;
    Norm(const Weights& w, bool is_rms_) : gamma(w["gamma"]), is_rms(is_rms_) {}
    Tensor operator()(const Tensor& x) const;
};

class Attention {
public:
    // Which norm the queries and keys have, and the network's others with them.
    static bool has_rms_norms(const Weights& w) { return w.contains("q_norm.gamma"); }

    explicit Attention(const Weights& w);
    // `x` [batch, tokens, dim] to `context` [batch, others, context dim] or, where that is undefined, to itself with
    // positions.
    Tensor operator()(const Tensor& x, const Tensor& context, const Rope& rope) const;
    int64_t head_size() const { return head_size_; }

private:
    struct Heads {
        std::vector<Tensor> q, k;  // one each, or two whose attentions are subtracted
        Tensor v;
    };
    Heads heads_of(const Tensor& x, const Tensor& context) const;
    Tensor normed(const Tensor& heads, const Weight& weight, const Weight& bias) const;

    std::optional<Linear> qkv_, q_, kv_;
    Linear out_;
    bool rms_norms_;
    Weight q_norm_, k_norm_, q_norm_bias_, k_norm_bias_;  // [head size]; undefined where they are not normalised
    Weight steady_, moving_;  // [dim]: how much more the mean over time and the rest of it count; undefined for none
    int64_t head_size_;
};

// Values times the SiLU of their gates, between two layers.
struct FeedForward {
    Linear in, out;

    explicit FeedForward(const Weights& w) : in(w / "ff" / 0 / "proj"), out(w / "ff" / 2) {}
    Tensor operator()(const Tensor& x) const;
};

// Two layers around a SiLU.
struct Embedder {
    Linear in, out;

    explicit Embedder(const Weights& w) : in(w / 0), out(w / 2) {}
    Tensor operator()(const Tensor& x) const { return out(at::silu(in(x))); }
};

// What every block is told beside the sound.
struct BlockInputs {
    const Tensor& context;     // [batch, tokens, dim]
    const Tensor& modulation;  // [batch, 6 * dim]; undefined in Stable Audio 1
    const Tensor& local;       // [batch, moments, channels]: what is known of each moment; undefined likewise
    const Rope& rope;
};

struct Block {
    Norm pre_norm, cross_norm, ff_norm;
    Attention self, cross;
    FeedForward ff;
    Weight modulation;  // [6 * dim], added to what all blocks are told
    std::optional<Embedder> local;

    explicit Block(const Weights& w);
    Tensor operator()(Tensor x, const BlockInputs& told) const;
};

}  // namespace easel::inference::stable_audio
