// XLM-RoBERTa with rotary positions, as Jina CLIP v2 (Koukounas et al. 2024) reads prompts: the mean of its last states
// is a pooled prompt.
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/text/prompt_tokens.hpp"
#include "inference/text/text_encoder.hpp"
#include "inference/weights/weights.hpp"

#include <string_view>
#include <vector>

namespace easel::inference {

class XlmRoberta {
public:
    using Tokenizer = std::function<std::vector<int>(std::string_view)>;

    // `w` has `model...`. `start` is the tokenizer's. (comfy.text_encoders.jina_clip_2)
    XlmRoberta(const Weights& w, std::optional<int> start, Tokenizer tokenize);

    struct Encoded {
        Tensor states;  // [1, tokens, dim]
        Tensor pooled;  // [1, dim]
    };
    Encoded encode(const TextRequest& request, std::string_view name) const;

private:
    struct Layer {
        Linear qkv, out, up, down;
        LayerNorm norm1, norm2;

        explicit Layer(const Weights& w);
        // `x` [batch, tokens, dim]; `cos` and `sin` [tokens, head size]; `mask` is added to the scores.
        Tensor operator()(const Tensor& x, const Tensor& cos, const Tensor& sin, const Tensor& mask) const;
    };

    PromptFormat format_;
    Embedding words_;
    Weight kinds_;  // [1, dim]: of the only kind of token that there is
    LayerNorm norm_;
    std::vector<Layer> layers_;
};

}  // namespace easel::inference
