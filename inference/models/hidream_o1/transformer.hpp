// HiDream-O1: a language model (Qwen3-VL 8B) that draws. Prompt, time and the noisy picture's patches are one sequence;
// the prompt is read causally, everything behind it sees everything. It works on pixels and needs no autoencoder.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/models/hidream_o1/sequence.hpp"
#include "inference/models/model.hpp"
#include "inference/text/language_model.hpp"
#include "inference/text/vision/qwen3_vision.hpp"

namespace easel::inference::hidream_o1 {

class Transformer : public DiffusionModel {
public:
    // Throws MissingWeight.
    explicit Transformer(const Weights& w);

    // Reads the extra inputs `text_input_ids` [batch, tokens] and, with pictures to follow, `reference_tokens` [1,
    // tokens, dim], `reference_patches` [1, patches, 3072] and the grids of both.
    Tensor predict(const NetworkInput& input) const override;
    // The condition's reference latents are pictures [batch, height, width, 3] in 0..1.
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    // The prompt's vectors with the pictures to see and the embedded time in their places, [batch, tokens, dim].
    Tensor prompt_vectors(const NetworkInput& input) const;

    Weights weights_;
    LanguageModel language_;
    Qwen3Vision vision_;
    Linear time_in_, time_out_, patch_in_, patch_middle_, patch_out_;
};

}  // namespace easel::inference::hidream_o1
