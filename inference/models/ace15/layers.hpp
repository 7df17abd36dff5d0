// The layers of ACE-Step 1.5, which are those of Qwen 3 with attention in both directions. Heads have 128 dimensions;
// several of them may share keys and values.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"

#include <optional>
#include <vector>

namespace easel::inference::ace15 {

constexpr double eps = 1e-6;  // of every normalisation

constexpr int64_t head_size = 128;

struct Attention {
    Linear q, k, v, out;
    RmsNorm norm_q, norm_k;

    explicit Attention(const Weights& w);
    // Among the tokens of `x` [batch, tokens, dim]; with a `window`, each sees as many to both sides.
    Tensor operator()(const Tensor& x, const Rope& places, std::optional<int64_t> window = {}) const;
    // Of `x` to `context`, without places.
    Tensor to(const Tensor& x, const Tensor& context) const;
};

struct FeedForward {
    Linear gate, up, down;

    explicit FeedForward(const Weights& w) : gate(w / "gate_proj"), up(w / "up_proj"), down(w / "down_proj") {}
    Tensor operator()(const Tensor& x) const { return down(at::silu(gate(x)) * up(x)); }
};

struct EncoderLayer {
    RmsNorm norm_attention, norm_feed;
    Attention attention;
    FeedForward feed_forward;

    explicit EncoderLayer(const Weights& w);
    Tensor operator()(const Tensor& x, const Rope& places) const;
};

// Layers that end in a norm.
class Encoder {
public:
    // `w` has `layers` and `norm`.
    explicit Encoder(const Weights& w);
    Tensor operator()(Tensor x) const;

private:
    std::vector<EncoderLayer> layers_;
    RmsNorm norm_;
};

struct DecoderLayer {
    RmsNorm norm_self, norm_cross, norm_feed;
    Attention self, cross;
    FeedForward feed_forward;
    Weight table;                   // [1, 6, dim]: offsets to shift, scale and gate of self attention and feed forward
    std::optional<int64_t> window;  // of self attention

    DecoderLayer(const Weights& w, std::optional<int64_t> window_);
    // `time` [batch, 6, dim].
    Tensor operator()(const Tensor& x, const Tensor& time, const Tensor& context, const Rope& places) const;
};

Rope places_of(int64_t tokens, at::Device device);

}  // namespace easel::inference::ace15
