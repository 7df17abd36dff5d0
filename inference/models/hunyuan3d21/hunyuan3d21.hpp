// Hunyuan3D 2.1 (Tencent 2025): a flow over the tokens of a shape, whose blocks attend to themselves and to features of
// a picture. Blocks of the second half get those of the first one back; in the last ones, experts take turns. Widths
// and depths are read from the weights.
#pragma once

#include "inference/models/hunyuan3d21/blocks.hpp"
#include "inference/models/model.hpp"

#include <vector>

namespace easel::inference::hunyuan3d21 {

class Hunyuan3d21 : public DiffusionModel {
public:
    // Throws MissingWeight.
    explicit Hunyuan3d21(const Weights& w);

    // `x` [batch, channels, tokens]; the context is features of a picture.
    // (comfy.ldm.hunyuan3dv2_1.hunyuandit.HunYuanDiTPlain)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    Weights weights_;
    Linear in_, time_in_, time_out_;
    std::vector<Block> blocks_;
    LayerNorm final_norm_;
    Linear final_;
};

}  // namespace easel::inference::hunyuan3d21
