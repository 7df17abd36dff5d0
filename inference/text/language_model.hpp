// A decoder of the Llama kind, read as a text encoder and for writing text: Llama 3, Qwen 2.5 and 3, Mistral, Gemma 2
// and 3. Sizes, biases and norms of queries and keys follow from the weights; what the weights do not show is in the
// config.
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/weights/weights.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace easel::inference {

struct LanguageModelConfig {
    int64_t head_size = 128;
    double eps = 1e-6;
    double rope_base = 1e6;
    bool has_final_norm = true;

    // How the frequencies of a head are shared by time, row and column of a picture's tokens; empty: all are positions.
    std::vector<int64_t> rope_sections = {};
    bool sections_interleave = false;

    // Gemma: scales are one more than the weights say, embeddings are multiplied by the root of their size, outputs of
    // both halves of a layer pass a norm, and the feed-forward layer is gated by GELU.
    bool is_gemma = false;
    // Gemma 3: layers see only so many tokens back, with positions of this base, except each sixth.
    std::optional<int64_t> window = {};
    double window_rope_base = 1e4;
    double rope_scale = 1.0;  // by which the positions of the layers without a window are divided
};

// Keys and values of tokens that were read before.
struct KeyValueCache {
    std::vector<std::pair<Tensor, Tensor>> layers;  // each [batch, heads, tokens, head size]
    int64_t length = 0;
};

class LanguageModel {
public:
    // `w` has `embed_tokens.weight`, `layers...`, and perhaps `norm.weight`.
    LanguageModel(const Weights& w, LanguageModelConfig config);

    // Which states are wanted beside the last.
    struct Wanted {
        std::optional<int64_t> layer = {};  // the output of this layer, counted from the end where negative
        std::vector<int64_t> taps = {};     // inputs of these layers, ascending; the layer count is the final output
    };
    struct Output {
        Tensor last;    // [batch, tokens, dim]: the last layer's, through the final norm
        Tensor hidden;  // [batch, tokens, dim], not normed; undefined unless wanted
        Tensor taps;    // [batch, taps, tokens, dim]; undefined unless wanted
    };
    struct Input {
        Tensor embeddings;               // [batch, tokens, dim]
        Tensor mask = {};                // [batch, tokens], 0 at tokens that are out of sight; undefined: all are seen
        Tensor positions = {};           // [tokens] or [3, tokens]; undefined: counted from the cache's length
        Tensor added_rows = {};          // bool [tokens]: the tokens of pictures
        std::vector<Tensor> added = {};  // [picture tokens, dim] for each of the first layers, added behind them
        KeyValueCache* cache = nullptr;  // extended by these tokens
        bool is_causal = true;           // else these tokens see each other whatever their order
    };
    Output operator()(const Input& input, const Wanted& wanted) const;

    // Scores [batch, vocabulary] of the next token, from the last token's state. (`lm_head`, or the embeddings)
    Tensor logits(const Tensor& last) const;

    Embedding tokens;
    // The vectors of tokens as the first layer wants them: [tokens, dim] in float32.
    Tensor embed(const Tensor& ids) const;

    int64_t layer_count() const { return static_cast<int64_t>(layers_.size()); }
    int64_t dim() const { return tokens.dim(); }

private:
    struct Norm {
        Weight weight;
        double eps;
        bool adds_one;
        Norm(const Weights& w, double eps_, bool adds_one_) : weight(w["weight"]), eps(eps_), adds_one(adds_one_) {}
        Tensor operator()(const Tensor& x) const;
    };
    struct Rope {
        Tensor cos, sin;  // broadcast to [batch, heads, tokens, head size]
        Tensor operator()(const Tensor& x) const;
    };
    struct Layer {
        Norm input_norm, attention_norm;  // the latter before the feed-forward layer, or behind the attention in Gemma
        std::optional<Norm> before_feed_forward, behind_feed_forward;  // Gemma's
        std::optional<Norm> q_norm, k_norm;
        Linear q, k, v, o, gate, up, down;
        int64_t head_size;
        Layer(const Weights& w, const LanguageModelConfig& config);
        Tensor operator()(const Tensor& x, const Tensor& mask, const Rope& rope,
                          std::pair<Tensor, Tensor>* cache) const;
        Tensor attend(const Tensor& x, const Tensor& mask, const Rope& rope, std::pair<Tensor, Tensor>* cache) const;
    };

    Rope rope(const Tensor& positions, double base, double scale) const;
    bool has_window(std::size_t layer) const { return config_.window && layer % 6 != 5; }

    LanguageModelConfig config_;
    std::vector<Layer> layers_;
    std::optional<Norm> norm_;
    std::optional<Linear> head_;
};

}  // namespace easel::inference
