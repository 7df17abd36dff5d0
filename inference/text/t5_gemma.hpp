// The encoder of T5Gemma (Zhang et al. 2025): Gemma's layers, which see the whole text, as a reader of prompts.
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace easel::inference {

class T5Gemma {
public:
    // `w` has `embed_tokens`, `layers` and `norm`.
    explicit T5Gemma(const Weights& w);

    // The vectors of tokens [tokens] as the first layer wants them: [tokens, dim] in float32.
    Tensor embed(const Tensor& ids) const;
    // `embeddings` [batch, tokens, dim], `mask` [batch, tokens], 0 at tokens that are out of sight. The states of the
    // last layer, or of `layer` (counted from the end where negative), normed: [batch, tokens, dim].
    Tensor operator()(const Tensor& embeddings, const Tensor& mask, std::optional<int> layer) const;

    int64_t layer_count() const { return static_cast<int64_t>(layers_.size()); }
    int64_t dim() const { return tokens_.dim(); }

private:
    struct Norm {  // scales are one more than the weights say
        Weight weight;

        explicit Norm(const Weights& w) : weight(w["weight"]) {}
        Tensor operator()(const Tensor& x) const;
    };
    struct Layer {
        Norm before_attention, behind_attention, before_feed_forward, behind_feed_forward;
        Linear q, k, v, o, gate, up, down;

        explicit Layer(const Weights& w);
        Tensor operator()(const Tensor& x, const Tensor& mask, const Rope& rope) const;
        Tensor attend(const Tensor& x, const Tensor& mask, const Rope& rope) const;
    };

    Embedding tokens_;
    std::vector<Layer> layers_;
    Norm norm_;
};

}  // namespace easel::inference
