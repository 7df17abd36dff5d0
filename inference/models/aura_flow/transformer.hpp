// AuraFlow's diffusion transformer. Widths and depths are read from the weights.
#pragma once

#include "inference/models/aura_flow/blocks.hpp"
#include "inference/models/model.hpp"

#include <vector>

namespace easel::inference::aura_flow {

class Transformer : public DiffusionModel {
public:
    // `w` is the part of a checkpoint under `model.`; throws MissingWeight.
    explicit Transformer(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    // The middle of the table of positions, [1, rows * columns, dim]; a larger picture stretches the table.
    Tensor positions(int64_t rows, int64_t columns, at::ScalarType dtype) const;
    // The embedded time after its SiLU, [batch, dim].
    Tensor embedded(const Tensor& timestep) const;

    Weights weights_;
    Weight positions_;  // [1, side * side, dim]
    Weight registers_;  // [1, 8, dim]: tokens before the prompt
    Linear time_in_, time_out_, text_in_, picture_in_;
    std::vector<DoubleBlock> double_blocks_;
    std::vector<SingleBlock> single_blocks_;
    Linear final_modulation_, final_;
};

}  // namespace easel::inference::aura_flow
