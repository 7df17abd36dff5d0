// ERNIE-Image (Baidu 2026): picture and text in one sequence through blocks that share one modulation by the time.
// Widths and depths are read from the weights.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/models/model.hpp"

#include <array>
#include <optional>
#include <vector>

namespace easel::inference::ernie {

class Ernie : public DiffusionModel {
public:
    explicit Ernie(const Weights& w);

    // (ErnieImageModel.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    // Of attention and of the feed forward network: shift, scale, gate, each [batch, 1, dim].
    using Modulation = std::array<Tensor, 6>;
    // Turns for the dimensions of a head, [tokens, head size].
    struct Turns {
        Tensor cos, sin;
    };
    struct Block {
        RmsNorm before_attention, before_mlp, q_norm, k_norm;
        Linear q, k, v, out, gate, up, down;

        explicit Block(const Weights& w);
        Tensor attend(const Tensor& x, const Turns& turns) const;
        Tensor operator()(const Tensor& x, const Modulation& modulation, const Turns& turns) const;
    };

    static Turns turns(int64_t rows, int64_t columns, int64_t text_tokens);
    Tensor embedded_time(const Tensor& timestep) const;

    Weights weights_;
    Linear picture_in_;
    std::optional<Linear> text_in_;  // where the text is not as wide as the stream
    Linear time_in_, time_out_, modulation_;
    std::vector<Block> blocks_;
    Linear final_modulation_, final_;
};

}  // namespace easel::inference::ernie
