// The encoder of T5 (Raffel et al. 2020) and its kin: T5-XXL, UMT5, Pile-T5, the small ones for sound. They differ in
// what the weights show: sizes, gated or plain feed-forward layers, position biases in every block or in the first.
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/text/prompt_embedding.hpp"
#include "inference/text/prompt_tokens.hpp"
#include "inference/text/text_encoder.hpp"
#include "inference/weights/weights.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace easel::inference {

// What a token gets from another by their distance alone: one number per head for each of 32 ranges of distances.
class T5PositionBias {
public:
    explicit T5PositionBias(const Weights& w) : ranges_(w) {}
    // [1, heads, tokens, tokens].
    Tensor operator()(int64_t tokens) const;

private:
    Embedding ranges_;
};

struct T5Block {
    RmsNorm attention_norm, feed_forward_norm;
    Linear q, k, v, o;
    Linear wi, gate, wo;  // the gate is absent from plain feed-forward layers
    std::optional<T5PositionBias> position_bias;

    explicit T5Block(const Weights& w);
    // `x` and the result [batch, tokens, dim]; `bias` broadcasts to [batch, heads, tokens, tokens].
    Tensor operator()(const Tensor& x, const Tensor& bias) const;
};

class T5Network {
public:
    // `w` has `shared.weight` and `encoder...`.
    explicit T5Network(const Weights& w);

    // `embeddings` [batch, tokens, dim]; `mask` [batch, tokens], where defined, is 0 at tokens that are out of sight.
    // `layer` counts from the end, -1 is the last; every result passes the final norm.
    Tensor operator()(const Tensor& embeddings, const Tensor& mask, std::optional<int> layer) const;

    Embedding tokens;
    int64_t layer_count() const { return static_cast<int64_t>(blocks_.size()); }

private:
    std::vector<T5Block> blocks_;
    RmsNorm final_norm_;
};

// How one family reads a T5.
struct T5Reading {
    std::string_view name = "t5xxl";  // ComfyUI's name of the encoder, in embedding files, LoRA keys and settings
    int end = 1;
    int pad = 0;
    std::size_t min_length = 256;      // tokens
    std::size_t max_length = endless;  // of a chunk
    bool masks_padding = false;        // whether padding is out of sight
    bool zeroes_padding = false;       // whether the output at padding is zero
    bool returns_mask = false;         // whether the network is told where the padding is
    bool reads_embeddings = true;      // whether prompts may name textual inversions
    bool empty_prompt_has_end = true;  // whether weights are relative to an ended prompt or to padding alone
};

// One prompt through one T5.
class T5Encoder {
public:
    using Tokenizer = std::function<std::vector<int>(std::string_view)>;

    T5Encoder(const Weights& w, T5Reading reading, Tokenizer tokenize, const TextSettings& settings);

    struct Encoded {
        Tensor cross;  // [1, tokens, dim]
        Tensor mask;   // [1, tokens], int64; undefined unless the reading returns it
    };
    // The request may set `<name>_min_length` and `<name>_min_padding`.
    std::vector<PromptChunk> tokenize(const TextRequest& request) const;
    // No chunks at all are read as the bare end.
    Encoded encode(const std::vector<PromptChunk>& chunks, std::optional<int> stop_layer) const;

    int64_t dim() const { return network_.tokens.dim(); }

private:
    T5Reading reading_;
    T5Network network_;
    PromptFormat format_;
};

// A text model of one T5, which has no pooled output.
std::shared_ptr<const TextModel> make_t5_model(const Weights& w, const T5Reading& reading,
                                               T5Encoder::Tokenizer tokenize, const TextSettings& settings);

}  // namespace easel::inference
