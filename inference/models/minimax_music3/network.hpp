// MiniMax Music 3's network: a transformer over the moments of a sound's latent, which reads beside each moment what a
// language model thought when it wrote it down.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/layers/rope.hpp"
#include "inference/models/diffusers_layout.hpp"
#include "inference/models/model.hpp"
#include "inference/vae/sound/layers.hpp"

#include <vector>

namespace easel::inference::minimax_music3 {

// By the mean and the deviation over the last dimension.
struct Norm {
    Weight scale, shift;  // [dim]

    explicit Norm(const Weights& w) : scale(w["gamma"]), shift(w["beta"]) {}
    Tensor operator()(const Tensor& x) const {
        return at::layer_norm(x, scale.shape(), scale.like(x), shift.like(x), 1e-5);
    }
};

struct Block {
    Norm before_attention, before_feed_forward;
    Linear qkv, out, up, down;

    explicit Block(const Weights& w);
    // `x` [batch, tokens, dim].
    Tensor operator()(const Tensor& x, const Rope& rope) const;
};

class Network : public DiffusionModel {
public:
    // `w` is a network in the published layout; throws MissingWeight.
    explicit Network(const Weights& w);

    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return plain_lora_keys(weights_); }

    // `states` [batch, frames, layers * dim] as conditions of as many moments: [batch, channels, moments].
    Tensor aligned(const Tensor& states) const;

private:
    // The velocity of `x` [batch, channels, moments], as far as the network sees at once.
    Tensor run(const Tensor& x, const Tensor& time, const Tensor& condition) const;

    Weights weights_;
    Conv1d condition_in_;
    Weight layer_shares_, layer_scale_;  // [layers], [1]
    Weight waves_;                       // [pairs, 1]
    Linear time_in_, time_out_;
    Conv1d before_, behind_;
    Linear in_, out_;
    Weight frequencies_;  // [pairs]
    std::vector<Block> blocks_;
};

}  // namespace easel::inference::minimax_music3
