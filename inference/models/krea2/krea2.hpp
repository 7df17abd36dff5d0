// Krea 2 (Krea 2026): one stream of text and picture through blocks of gated, grouped attention. The text is several
// layers of a language model, which a small transformer of the network's own blends first. Widths and depths are read
// from the weights.
#pragma once

#include "inference/models/krea2/blocks.hpp"
#include "inference/models/model.hpp"

#include <vector>

namespace easel::inference::krea2 {

class Krea2 : public DiffusionModel {
public:
    explicit Krea2(const Weights& w);

    // (SingleStreamDiT.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    // [batch, tokens, dim] of the encoder's layers [batch, tokens, layers * width].
    Tensor text(const Tensor& layers) const;
    Tensor embedded_time(const Tensor& timestep) const;

    Weights weights_;
    Linear in_, time_in_, time_out_, time_modulation_;
    std::vector<TextBlock> by_layer_, refiner_;
    Linear blend_;  // [1, layers]
    Norm text_norm_;
    Linear text_in_, text_out_;
    std::vector<Block> blocks_;
    Norm final_norm_;
    Weight final_modulation_;  // [2, dim]
    Linear final_;
};

}  // namespace easel::inference::krea2
