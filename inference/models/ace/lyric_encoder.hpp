// How ACE-Step reads lyrics: a Conformer's encoder (Gulati et al. 2020) without its convolutions, with attention by
// relative position (Dai et al. 2019).
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"

#include <vector>

namespace easel::inference::ace {

class LyricEncoder {
public:
    // `w` holds the layers, `embeddings` the vocabulary.
    LyricEncoder(const Weights& w, const Weights& embeddings);
    // `tokens` [batch, count], int64, as [batch, count, dim].
    Tensor operator()(const Tensor& tokens) const;

private:
    struct Layer {
        LayerNorm norm_attention, norm_feed;
        Linear q, k, v, out, place;
        Weight content_bias, place_bias;  // [heads, head]
        Linear widen, narrow;

        explicit Layer(const Weights& w);
        // `places` [1, 2 tokens - 1, dim].
        Tensor attention(const Tensor& x, const Tensor& places) const;
        Tensor operator()(const Tensor& x, const Tensor& places) const;
    };

    Weights weights_;
    Embedding words_;
    Linear in_;
    LayerNorm norm_in_, norm_out_;
    std::vector<Layer> layers_;
};

}  // namespace easel::inference::ace
