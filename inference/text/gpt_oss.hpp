// GPT-OSS (OpenAI 2025), read as a text encoder: a decoder whose feed-forward layers choose four experts for each token
// and whose heads may attend to nothing. Every second layer sees only the 128 tokens before. Sizes follow from the
// weights. (comfy.text_encoders.gpt_oss)
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/rope.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference {

class GptOss {
public:
    // `w` has `embed_tokens.weight` and `layers...`; the banks of experts in one matrix for each (`separate_experts`).
    explicit GptOss(const Weights& w);

    // The outputs of `layers` (ascending), each [1, tokens, dim]; layers behind the last of them are not computed.
    std::vector<Tensor> states(const std::vector<int>& tokens, const std::vector<int64_t>& layers) const;

    int64_t dim() const { return tokens_.dim(); }

private:
    // A gated network; the rows of `up` are gates and values in turn. Biases lie in one matrix for all experts.
    struct Experts {
        std::vector<Weight> gate_up, down;
        Weight gate_up_bias, down_bias;  // [experts, rows]

        explicit Experts(const Weights& w);
        Tensor operator()(const Tensor& x, int64_t expert) const;
    };
    struct Layer {
        RmsNorm before_attention, before_experts;
        Linear q, k, v, o;
        Weight sinks;  // [heads]
        Linear router;
        Experts experts;

        explicit Layer(const Weights& w);
        Tensor operator()(const Tensor& x, const Tensor& mask, const Rope& rope) const;
        Tensor attend(const Tensor& x, const Tensor& mask, const Rope& rope) const;
        Tensor feed_forward(const Tensor& x) const;
    };

    Embedding tokens_;
    std::vector<Layer> layers_;
};

// The weights [experts, out, in] of a file as matrices of their own, `<bank>.<expert>.weight`.
TensorMap separate_experts(const TensorMap& tensors);

}  // namespace easel::inference
