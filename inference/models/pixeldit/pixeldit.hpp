// PixelDiT (Yu et al. 2025), which draws pixels without an autoencoder, and PiD, which draws the pixels of a latent
// four times as large. Widths and depths are read from the weights.
#pragma once

#include "inference/models/model.hpp"
#include "inference/models/pixeldit/blocks.hpp"
#include "inference/models/pixeldit/latent_features.hpp"

#include <optional>
#include <vector>

namespace easel::inference::pixeldit {

class PixelDit : public DiffusionModel {
public:
    explicit PixelDit(const Weights& w);

    // (PixDiT_T2I.forward, PidNet.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    // [batch, 1, dim].
    Tensor embedded_time(const Tensor& timestep) const;
    Tensor text(const Tensor& states) const;

    Weights weights_;
    Linear pixel_in_, patch_in_, time_in_, time_out_, text_in_;
    RmsNorm text_norm_;
    Weight text_positions_;  // [1, tokens, dim]
    std::vector<PatchBlock> patch_blocks_;
    std::vector<PixelBlock> pixel_blocks_;
    RmsNorm final_norm_;
    Linear final_;
    std::optional<LatentFeatures> latent_features_;  // PiD's
};

}  // namespace easel::inference::pixeldit
