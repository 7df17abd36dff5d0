// OmniGen 2 (Wu et al. 2025): text, references and picture as one sequence through blocks that hear of the time. Widths
// and depths are read from the weights.
#pragma once

#include "inference/models/omnigen2/trunk.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::omnigen2 {

class OmniGen2 : public DiffusionModel {
public:
    explicit OmniGen2(const Weights& w) : weights_(w), trunk_(w, 1000.0), layers_(blocks_of<Block>(w / "layers")) {}

    // (OmniGen2Transformer2DModel.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override {
        set_trunk_inputs(input, condition, target);
    }
    std::size_t activation_bytes(at::IntArrayRef latent) const override {
        return trunk_activation_bytes(latent, trunk_.dim(), weights_.compute_dtype());
    }
    LoraKeys lora_keys() const override { return trunk_lora_keys(weights_); }

private:
    Weights weights_;
    Trunk trunk_;
    std::vector<Block> layers_;
};

}  // namespace easel::inference::omnigen2
