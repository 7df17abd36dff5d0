// Mage-Flow (Microsoft 2026): Qwen-Image's two streams over single latent cells, in fewer blocks. Reference pictures
// lie in planes behind the one that is made. Widths and depths are read from the weights.
#pragma once

#include "inference/layers/norm.hpp"
#include "inference/models/model.hpp"
#include "inference/models/qwen_image/blocks.hpp"

#include <vector>

namespace easel::inference::mage_flow {

class MageFlow : public DiffusionModel {
public:
    explicit MageFlow(const Weights& w);

    // (MageFlowTransformer2DModel.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    Tensor embedded_time(const Tensor& timestep) const;

    Weights weights_;
    Linear img_in_, txt_in_;
    RmsNorm txt_norm_;
    Linear time_in_, time_out_;
    std::vector<qwen_image::Block> blocks_;
    Linear final_modulation_, final_;
};

}  // namespace easel::inference::mage_flow
