// The UNet of Stable Diffusion 1.x. Depth, widths and transformers per level are read from the weights, so that smaller
// and pruned files load as well.
#pragma once

#include "inference/models/model.hpp"
#include "inference/models/sd/blocks.hpp"

#include <vector>

namespace easel::inference::sd {

class UNet : public DiffusionModel {
public:
    // `w` is the part of a checkpoint under `model.diffusion_model.`; throws MissingWeight.
    explicit UNet(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    int64_t concat_channels() const override { return in_channels_ - out_conv_.out_channels(); }
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return unet_lora_keys(weights_); }

private:
    Weights weights_;
    int64_t in_channels_, model_channels_;
    Linear time_in_, time_out_;
    std::vector<Stage> input_, output_;
    ResBlock middle_first_, middle_last_;
    SpatialTransformer middle_transformer_;
    GroupNorm out_norm_;
    Conv2d out_conv_;
};

// Sines and cosines of `timestep` [batch] at `dim` / 2 frequencies from 1 to 1/10000, as [batch, dim] in float32.
Tensor timestep_embedding(const Tensor& timestep, int64_t dim);

}  // namespace easel::inference::sd
