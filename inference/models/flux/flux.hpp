// Flux.1 (dev, schnell, Krea, Kontext, Fill, Canny, Depth) and FLUX.2 (Black Forest Labs 2024, 2025): a transformer
// over patches of the latent and the tokens of a prompt. Which of them it is, its widths and depths are read from the
// weights.
#pragma once

#include "inference/models/flux/blocks.hpp"
#include "inference/models/flux/positions.hpp"
#include "inference/models/model.hpp"

#include <optional>
#include <string>
#include <vector>

namespace easel::inference::flux {

// What the variants differ in beyond the sizes of their weights.
struct Variant {
    int64_t patch = 2;
    int64_t latent_channels = 16;
    Axes axes;
    ReferenceMethod references = ReferenceMethod::offset;  // where the conditioning does not say
    double guidance = 3.5;                                 // likewise
    int64_t least_text_tokens = 0;                         // shorter prompts are filled up with zeros in front
};

Variant variant_of(const Weights& w);
// Whether it is LongCat-Image (Meituan 2025), a Flux with Qwen2.5-VL as its text encoder.
bool is_longcat(const Weights& w);

class Flux : public DiffusionModel {
public:
    // `w` is a network in Black Forest Labs' layout; throws MissingWeight.
    explicit Flux(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    int64_t concat_channels() const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override;

private:
    // Time and what else steers every block, before the activation: [batch, times, dim]. `times` is 2 where reference
    // pictures count as being without noise, their time comes second.
    Tensor steering(const NetworkInput& input, bool clean_references) const;

    Weights weights_;
    Variant variant_;
    RopeTables ropes_;
    Linear img_in_, txt_in_;
    std::optional<RmsNorm> txt_norm_;
    Embedder time_in_;
    std::optional<Embedder> vector_in_, guidance_in_;
    std::vector<DoubleBlock> double_blocks_;
    std::vector<SingleBlock> single_blocks_;
    std::optional<Linear> image_modulation_, text_modulation_, single_modulation_;  // one for all blocks: FLUX.2
    Linear final_modulation_, final_;
};

// What every network of this kind reads of a condition: prompt, pooled prompt, picture to fill or follow beside the
// noise, guidance, reference pictures, and biases of attention. `concat_channels` as in DiffusionModel.
// (comfy.model_base.Flux)
void set_flux_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target,
                     int64_t concat_channels, int64_t patch, double default_guidance);

}  // namespace easel::inference::flux
