// Qwen-Image and its editing variants (Qwen team 2025): a transformer over patches of a video latent, of one frame
// unless it makes layers, and the tokens of a prompt. Sizes and the variant are read from the weights.
#pragma once

#include "inference/layers/recent_ropes.hpp"
#include "inference/models/model.hpp"
#include "inference/models/qwen_image/blocks.hpp"

#include <optional>
#include <vector>

namespace easel::inference::qwen_image {

class QwenImage : public DiffusionModel {
public:
    // `w` is a network in the published layout (`transformer_blocks...`); throws MissingWeight.
    explicit QwenImage(const Weights& w);

    // x [batch, 16, frames, height, width].
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    // kohya's names, and diffusers' with and without `transformer.`.
    LoraKeys lora_keys() const override;

private:
    Weights weights_;
    Linear img_in_, txt_in_;
    RmsNorm txt_norm_;
    TimeEmbedding time_;
    std::vector<Block> blocks_;
    Linear final_modulation_, final_;
    ReferenceMethod references_;               // where the conditioning does not say
    RecentRopes<std::vector<int64_t>> ropes_;  // by the prompt's length, the method and the sizes of the pictures
};

}  // namespace easel::inference::qwen_image
