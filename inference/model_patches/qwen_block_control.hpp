// ControlNets for Qwen-Image of one small network for each block (DiffSynth-Studio): canny, depth and inpainting.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/model_patches/model_patch.hpp"
#include "inference/models/model.hpp"
#include "inference/vae/vae.hpp"

#include <optional>
#include <vector>

namespace easel::inference {

class QwenBlockControl final : public ModelPatch {
public:
    explicit QwenBlockControl(const Weights& w);

    // Channels that the latent of the picture has for the mask; 0 for most.
    int64_t mask_channels() const;
    // The tokens of a latent [batch, channels, 1, h, w] in the model's scale.
    Tensor embedded(const Tensor& latent) const;
    // What is added to the `image` tokens [batch, tokens, dim] behind a block.
    Tensor residual(const Tensor& image, const Tensor& control, int64_t block) const;
    int64_t blocks() const { return static_cast<int64_t>(blocks_.size()); }

private:
    struct Block {
        RmsNorm norm_image, norm_control;
        Linear in, out;

        explicit Block(const Weights& w);
    };

    Weights weights_;
    Linear in_;
    std::vector<Block> blocks_;
};

// `model` follows `pixels` [batch, h, w, 3] through the VAE. `kept` [batch, h, w], where a mask was given: 1 where the
// picture is kept. (DiffSynthCnetPatch)
struct BlockControlPicture {
    Vae vae;
    Tensor pixels;
    std::optional<Tensor> kept = {};
    double strength = 1.0;
};
Model with_block_control(const Model& model, std::shared_ptr<const QwenBlockControl> control,
                         BlockControlPicture picture);

}  // namespace easel::inference
