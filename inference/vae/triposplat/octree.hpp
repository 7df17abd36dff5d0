// Where the Gaussians of a cloud go: a network is asked for each cell of an octree how its points are shared out among
// the eight smaller ones. (comfy.ldm.triposplat.vae.OctreeProbabilityFixedlenDecoder)
#pragma once

#include "inference/models/triposplat/blocks.hpp"

#include <vector>

namespace easel::inference::triposplat {

// Tokens look at the cloud's latent, normalised queries and keys.
struct CrossAttention {
    Linear q, kv, out;
    HeadNorm q_norm, k_norm;

    explicit CrossAttention(const Weights& w);
    Tensor operator()(const Tensor& x, const Tensor& latent) const;
};

// Places [..., 3] in 0..1 as tokens.
struct PlaceTokens {
    Linear in, mix;

    explicit PlaceTokens(const Weights& w) : in(w / "in_proj"), mix(w / "input_layer") {}
    Tensor operator()(const Tensor& places, at::ScalarType dtype) const;
};

class Octree {
public:
    explicit Octree(const Weights& w);

    // `latent` [batch, tokens, channels]; `count` points for each cloud at `level` halvings, [batch, count, 3] in 0..1
    // and float32. Points of a cell lie anywhere in it.
    Tensor sampled(const Tensor& latent, int64_t count, int64_t level, at::Generator generator) const;

private:
    struct CrossBlock {
        CrossAttention attention;
        FeedForward mlp;

        explicit CrossBlock(const Weights& w) : attention(w / "cross_attn"), mlp(w / "mlp" / "mlp") {}
        Tensor operator()(const Tensor& x, const std::vector<Tensor>& steer, const Tensor& latent) const;
    };

    // Logits of the eight parts of the cells around `middles` [batch, cells, 3]; `side` of the cube has as many parts.
    Tensor shares(const Tensor& middles, int64_t side, const Tensor& latent) const;

    Weights weights_;
    PlaceTokens places_;
    Linear level_in_, level_out_, modulation_, out_;
    std::vector<CrossBlock> blocks_;
};

}  // namespace easel::inference::triposplat
