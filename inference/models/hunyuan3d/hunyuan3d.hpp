// Hunyuan3D 2.0, 2mv and 2mini (Tencent 2025): a flow over the unordered tokens that describe a shape. Shape and
// pictures go through Flux's blocks, without places. Widths and depths are read from the weights.
#pragma once

#include "inference/models/flux/blocks.hpp"
#include "inference/models/model.hpp"

#include <optional>
#include <vector>

namespace easel::inference::hunyuan3d {

class Hunyuan3d : public DiffusionModel {
public:
    // Throws MissingWeight.
    explicit Hunyuan3d(const Weights& w);

    // `x` [batch, channels, tokens]; the context is features of pictures. (comfy.ldm.hunyuan3d.model.Hunyuan3Dv2)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    Weights weights_;
    Linear latent_in_, cond_in_;
    flux::Embedder time_in_;
    std::optional<flux::Embedder> guidance_in_;  // distilled models only
    std::vector<flux::DoubleBlock> double_blocks_;
    std::vector<flux::SingleBlock> single_blocks_;
    Linear final_modulation_, final_;
};

}  // namespace easel::inference::hunyuan3d
