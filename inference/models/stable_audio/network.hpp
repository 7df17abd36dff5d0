// Stable Audio 1 (Evans et al. 2024) and 3: a transformer over a latent of sound, told by a prompt and by how long the
// sound is. Depth and widths are read from the weights.
#pragma once

#include "inference/models/model.hpp"
#include "inference/models/stable_audio/blocks.hpp"
#include "inference/vae/sound/layers.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace easel::inference::stable_audio {

// A number of seconds as a token: sines and cosines of learned frequencies, or of given ones, and a layer.
class SecondsEmbedder {
public:
    // `w` is the conditioner in the file; `most` is the largest number that it knows.
    SecondsEmbedder(const Weights& w, double most);
    // [1, dim] in float32.
    Tensor operator()(double seconds) const;

private:
    Weights weights_;
    Weight frequencies_;  // [half]; undefined: those of Stable Audio 3
    Linear out_;
    double most_;
};

class Network : public DiffusionModel {
public:
    // `w` is the network with its conditioners under `conditioner.conditioners.`, where files have them.
    explicit Network(const Weights& w);

    // x [batch, channels, moments].
    Tensor predict(const NetworkInput& input) const override;
    // `seconds_start` and `seconds_total` of the condition; unless they are given, the sound is a whole one.
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    // The mask and the latent of what is known of the sound: [batch, 1 + channels, moments].
    Tensor known_sound(const Condition& condition, const SamplingTarget& target) const;
    // The embedded time and length, [batch, dim].
    Tensor embedded(const NetworkInput& input, at::ScalarType dtype) const;
    Rope positions(int64_t tokens, at::Device device) const;

    Weights weights_;
    std::optional<SecondsEmbedder> start_, total_;
    Weight padding_;           // [dim]: stands where a short prompt has no tokens
    Weight time_frequencies_;  // [half, 1]; undefined: those of Stable Audio 3
    Embedder time_, length_, prompt_;
    Conv1d before_, after_;
    Linear in_, out_;
    Weight memory_;  // [tokens, dim] in front of the sound, where the network has them
    Weight turns_;   // [half]: by how much each pair of a head's dimensions turns from one moment to the next
    std::optional<Embedder> modulation_;  // of time and length, for all blocks; without it these are a token in front
    std::vector<Block> blocks_;
};

}  // namespace easel::inference::stable_audio
