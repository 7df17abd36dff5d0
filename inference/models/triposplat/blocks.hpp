// What TripoSplat's flow and its decoder are made of. (comfy.ldm.triposplat.model)
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/weights/weights.hpp"

#include <array>
#include <optional>

namespace easel::inference::triposplat {

// Heads lie behind the tokens here: [batch, tokens, heads, size].

// By the root mean square of each head, scaled by a weight [heads, size].
struct HeadNorm {
    Weight gamma;

    explicit HeadNorm(const Weights& w) : gamma(w["gamma"]) {}
    Tensor operator()(const Tensor& x) const;
    int64_t heads() const { return gamma.size(0); }
};

// softmax(q k^T) v for heads behind tokens, as [batch, tokens, heads * size].
Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v);

struct FeedForward {
    Linear in, out;

    explicit FeedForward(const Weights& w) : in(w / 0), out(w / 2) {}
    Tensor operator()(const Tensor& x) const { return out(at::gelu(in(x), "tanh")); }
};

// Angles by which pairs of a head's numbers are turned: [batch, tokens, heads, size / 2], float32.
struct Turn {
    Tensor cos, sin;
};

// Places in space that a token's content decides, for each head.
struct ContentRope {
    LayerNorm norm;
    Linear gate, content, places;
    std::array<Weight, 3> frequencies;  // of each axis

    explicit ContentRope(const Weights& w);
    Turn operator()(const Tensor& x, int64_t heads) const;  // [batch, tokens, dim]
};

struct SelfAttention {
    Linear qkv, out;
    HeadNorm q_norm, k_norm;

    explicit SelfAttention(const Weights& w);
    Tensor operator()(const Tensor& x, const Turn& turn) const;
};

// Attention and a feed forward network. Where it hears the time, that scales, shifts and gates both.
struct Block {
    std::optional<LayerNorm> norm1, norm2;  // nothing where the time modulates
    SelfAttention attention;
    FeedForward mlp;
    Weight table;  // [1, 6 dim], added to the time's values; nothing without time
    ContentRope rope;

    Block(const Weights& w, const Weights& rope_weights);
    // `x` [batch, tokens, dim], `time` [batch, 6 dim].
    Tensor operator()(const Tensor& x, const Tensor& time) const;
};

// Sines and cosines of `places` [..., 3] in 0..1 at growing frequencies, filled up with zeros: [..., channels].
enum class PlaceFrequencies {
    powers,       // 2, 4, 8, ... 2^16 half turns, then in between (the flow)
    logarithmic,  // evenly in the exponent between 1 and 1024 half turns (the decoder)
};
Tensor place_embedding(const Tensor& places, int64_t channels, PlaceFrequencies frequencies);

}  // namespace easel::inference::triposplat
