// TripoSplat (VAST 2025): a flow over the tokens that describe a cloud of Gaussians, and the camera that looks at it.
// Tokens, the features of the picture and the camera go through one transformer.
#pragma once

#include "inference/models/model.hpp"
#include "inference/models/triposplat/blocks.hpp"

#include <optional>
#include <vector>

namespace easel::inference::triposplat {

// Tokens of a cloud, numbers of each, and numbers of a camera, as the trained network has them.
inline constexpr int64_t cloud_tokens = 8192, cloud_channels = 16, camera_channels = 5;

class TripoSplat : public DiffusionModel {
public:
    // Throws MissingWeight.
    explicit TripoSplat(const Weights& w);

    // x is a row of [batch, tokens, channels] and a camera [batch, 1, channels]. The context is the features of a
    // picture; the first reference latent, one cell for each of the context's last tokens, adds to them.
    // (LatentSeqMMFlowModel.forward)
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    Tensor picture_tokens(const NetworkInput& input) const;

    Weights weights_;
    Linear time_in_, time_out_, modulation_, cloud_in_, cond_in_, latent_in_, cloud_out_, camera_out_;
    FeedForward camera_in_;
    std::vector<Block> cloud_refiner_, picture_refiner_, blocks_;
    Weight last_table_;  // [1, 2, dim]: shift and scale behind the last block
    Tensor places_;      // [1, tokens, dim], of each token, always the same
};

}  // namespace easel::inference::triposplat
