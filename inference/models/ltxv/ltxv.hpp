// LTX-Video 0.9 (Lightricks 2024): a transformer over the cells of a deep video latent, one token each.
#pragma once

#include "inference/models/diffusers_layout.hpp"
#include "inference/models/ltxv/blocks.hpp"
#include "inference/models/ltxv/video.hpp"
#include "inference/models/model.hpp"

namespace easel::inference::ltxv {

class Ltxv : public DiffusionModel {
public:
    // `w` is a network in the published layout; throws MissingWeight.
    explicit Ltxv(const Weights& w);

    // x [batch, channels, frames, height, width].
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    bool keeps_latent_clean() const override { return true; }
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return plain_lora_keys(weights_); }

private:
    Weights weights_;
    Config config_;
    VideoStream video_;
    TimeEmbedder time_;
    std::optional<TimeEmbedder> prompt_time_;
    TextProjection caption_;
    std::vector<Block> blocks_;
};

}  // namespace easel::inference::ltxv
