// What Wan's networks have in common towards sampling: the prompt, a picture to begin with beside the noise, and the
// features of a picture.
#pragma once

#include "inference/models/wan/trunk.hpp"

namespace easel::inference::wan {

class Network : public DiffusionModel {
public:
    // `w` is a network in the published layout; throws MissingWeight.
    explicit Network(const Weights& w) : trunk_(w) {}

    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    int64_t concat_channels() const override { return trunk_.in_channels() - trunk_.out_channels(); }
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(trunk_.weights); }

protected:
    // x and what is beside it, [batch, channels, frames, h, w], in whole patches.
    Tensor seen(const NetworkInput& input) const;

    Trunk trunk_;
};

// A condition's extra input of this name; undefined when there is none.
Tensor given(const Condition& condition, std::string_view name);

// What is kept of the video, in the four channels of a mask that say so of each frame: [batch, 4, frames, h, w] of
// `shape`, 1 where it is kept. `mask` [batch, 1 or 4 or more, frames, h, w] is 1 where it is made.
Tensor kept_channels(const Tensor& mask, at::IntArrayRef shape);

}  // namespace easel::inference::wan
