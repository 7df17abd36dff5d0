// Wan 2.1 and 2.2 (Wan team 2025): transformers over patches of a video latent, from text alone or from pictures, and
// the 5B model whose frames may each have a time of their own; with what their variants look at besides: a reference
// picture (Fun Control), videos to keep to (VACE), a camera's move, and further videos and pictures in the same sequence
// (Bernini, Phantom). Sizes are read from the weights.
#pragma once

#include "inference/models/model.hpp"
#include "inference/layers/conv.hpp"
#include "inference/models/wan/blocks.hpp"
#include "inference/models/wan/camera.hpp"
#include "inference/models/wan/vace.hpp"

#include <optional>
#include <vector>

namespace easel::inference::wan {

// How 1280 numbers for each part of a picture become tokens.
struct PictureEmbedder {
    LayerNorm norm_in, norm_out;
    Linear in, out;
    Weight positions;  // [1, tokens, 1280], for first and last pictures, or nothing

    explicit PictureEmbedder(const Weights& w);
    Tensor operator()(Tensor features) const;
};

class Wan : public DiffusionModel {
public:
    // `w` is a network in the published layout; throws MissingWeight.
    explicit Wan(const Weights& w);

    // x [batch, channels, frames, height, width].
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    int64_t concat_channels() const override { return in_channels_ - out_channels_; }
    bool keeps_latent_clean() const override { return times_frames(); }
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    // Whether a frame that a mask keeps is told to the network as being without noise: the 5B model.
    bool times_frames() const { return out_channels_ == 48; }
    Tensor picture_beside_noise(const Condition& condition, const SamplingTarget& target) const;
    Tensor cells(const Tensor& latent) const;

    Weights weights_;
    Weight patch_weight_, patch_bias_;
    Linear text_in_, text_out_, time_in_, time_out_, time_projection_;
    std::optional<PictureEmbedder> picture_in_;
    std::optional<Conv2d> reference_in_;
    std::optional<CameraAdapter> camera_;
    std::optional<Vace> vace_;
    std::vector<Block> blocks_;
    Weight head_modulation_;  // [1, 2, dim]
    Linear head_;
    int64_t in_channels_, out_channels_;
};

}  // namespace easel::inference::wan
