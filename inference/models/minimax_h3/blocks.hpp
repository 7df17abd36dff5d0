// The parts of MiniMax H3's transformer. Tokens are [tokens, dim]: the sequence has no batch.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"
#include "inference/weights/weights.hpp"

#include <vector>

namespace easel::inference::minimax_h3 {

constexpr double norm_eps = 1e-5;

// Which row of a table steers a run of tokens, or each token of it.
struct Steered {
    int64_t begin, end;  // tokens
    int64_t row = 0;
    Tensor rows = {};  // [tokens] where each has its own
};
using Steering = std::vector<Steered>;

// What a time says to tokens: for each time, and each kind of token where `kinds` is more than 1, `count` vectors.
class Modulation {
public:
    Modulation(const Weights& w, int64_t count, int64_t kinds, bool activates)
        : linear_(w / "linear"), count_(count), kinds_(kinds), activates_(activates) {}
    // `time` [times, values] as `count` tables [times * kinds, dim].
    std::vector<Tensor> operator()(const Tensor& time) const;

private:
    Linear linear_;
    int64_t count_, kinds_;
    bool activates_;
};

struct Attention {
    Linear qkv, out;
    RmsNorm q_norm, k_norm;

    explicit Attention(const Weights& w);
    // Without `places` the tokens have none.
    Tensor operator()(const Tensor& x, const Rope* places) const;
};

struct FeedForward {
    Linear up, down;

    explicit FeedForward(const Weights& w) : up(w / "fc1"), down(w / "fc2") {}
    Tensor operator()(const Tensor& x) const;
};

// Words among themselves, before they join the sequence.
struct RefinerBlock {
    RmsNorm norm1, norm2;
    Attention attention;
    FeedForward feed_forward;

    explicit RefinerBlock(const Weights& w);
    Tensor operator()(const Tensor& x) const;
};

struct Block {
    RmsNorm norm1, norm2;
    Attention attention;
    FeedForward feed_forward;
    Modulation modulation;

    Block(const Weights& w, bool activates);
    Tensor operator()(const Tensor& x, const Tensor& time, const Steering& steering, const Rope& places) const;
};

// The tokens that are made, as values of their latents in float32.
struct Finish {
    RmsNorm norm;
    Modulation modulation;
    Linear video, sound;

    Finish(const Weights& w, bool activates);
    // `tokens` are those of the sequence that are `steered`; `out` is `video` or `sound`.
    Tensor operator()(const Tensor& x, const std::vector<Tensor>& tables, const Steered& steered,
                      const Linear& out) const;
};

}  // namespace easel::inference::minimax_h3
