// Ideogram 4: one stream of text and picture tokens, the text being features of thirteen layers of a language model.
// Sizes are read from the weights; heads have 256 dimensions.
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/layers/recent_ropes.hpp"
#include "inference/models/model.hpp"

#include <array>
#include <vector>

namespace easel::inference::ideogram4 {

struct Block {
    Linear qkv, out;
    RmsNorm norm_q, norm_k;
    Linear w1, w2, w3;
    RmsNorm attention_before, attention_after, mlp_before, mlp_after;
    Linear modulation;  // [narrow] to [4 * dim]

    explicit Block(const Weights& w);
    // `x` [batch, tokens, dim], `time` [batch, 1, narrow]; `mask` is added to the scores where defined.
    Tensor operator()(Tensor x, const Tensor& time, const Rope& rope, const Tensor& mask) const;
};

class Ideogram4 : public DiffusionModel {
public:
    explicit Ideogram4(const Weights& w);

    // x [batch, 128, height, width]. Without text it runs over the picture alone.
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    Tensor embedded_time(const Tensor& timestep) const;
    Tensor text_tokens(const NetworkInput& input) const;

    Weights weights_;
    Linear picture_in_, text_in_, time_in_, time_out_, time_narrow_;
    RmsNorm text_norm_;
    Embedding roles_;  // [2, dim]: of text and of picture tokens
    std::vector<Block> blocks_;
    Linear final_modulation_, final_;
    RecentRopes<std::array<int64_t, 3>> ropes_;  // by the prompt's length, rows and columns
};

}  // namespace easel::inference::ideogram4
