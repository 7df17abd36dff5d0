// How Hunyuan's networks read prompts: the words go through two small blocks of attention, steered by the time; glyphs
// that are to be drawn come from ByT5 through layers of their own.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/models/flux/blocks.hpp"

#include <vector>

namespace easel::inference::hunyuan_video {

struct RefinerBlock {
    Linear modulation;
    LayerNorm norm1, norm2;
    Linear qkv, proj, in, out;

    explicit RefinerBlock(const Weights& w);
    // `steering` [batch, dim], before the activation. `hidden`, where defined, is added to the scores.
    Tensor operator()(const Tensor& x, const Tensor& steering, const Tensor& hidden) const;
};

// (TokenRefiner)
struct TextRefiner {
    Linear in;
    flux::Embedder time_in, pooled_in;
    std::vector<RefinerBlock> blocks;

    explicit TextRefiner(const Weights& w);
    // `text` [batch, tokens, text dim], `time` [batch]; `bias` [batch, tokens], where defined, is far below zero at
    // tokens that do not count.
    Tensor operator()(const Tensor& text, const Tensor& time, const Tensor& bias) const;
};

// (ByT5Mapper)
struct GlyphReader {
    LayerNorm norm;
    Linear in, middle, out;

    explicit GlyphReader(const Weights& w) : norm(w / "layernorm"), in(w / "fc1"), middle(w / "fc2"), out(w / "fc3") {}
    Tensor operator()(const Tensor& x) const { return out(at::gelu(middle(at::gelu(in(norm(x)))))); }
};

}  // namespace easel::inference::hunyuan_video
