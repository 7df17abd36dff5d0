// Cosmos-Predict2 for pictures and videos (NVIDIA 2025), and Anima, the same network behind an adapter for its prompt.
// Sizes are read from the weights; heads have 128 dimensions.
#pragma once

#include "inference/layers/recent_ropes.hpp"
#include "inference/models/cosmos/blocks.hpp"
#include "inference/models/cosmos/text_adapter.hpp"
#include "inference/models/model.hpp"

#include <array>
#include <optional>
#include <vector>

namespace easel::inference::cosmos {

// Of the positions along a frame's sides and along time.
struct PositionStretch {
    double side = 1.0, time = 1.0;
};

class Predict2 : public DiffusionModel {
public:
    // `w` is a network in NVIDIA's layout; throws MissingWeight.
    explicit Predict2(const Weights& w);

    // x [batch, 16, frames, height, width].
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    // Cosmos shows the frames that a video begins with as they are, at a time of their own.
    bool keeps_latent_clean() const override { return !adapter_; }
    LoraKeys lora_keys() const override { return module_lora_keys(weights_); }

private:
    void set_given_frames(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const;
    // `timestep` [batch, frames or 1].
    Time embedded_time(const Tensor& timestep) const;

    Weights weights_;
    Linear in_, time_in_, time_out_;
    RmsNorm time_norm_;
    std::vector<Block> blocks_;
    Modulation final_modulation_;
    Linear final_;
    std::optional<TextAdapter> adapter_;
    PositionStretch stretch_;
    RecentRopes<std::array<int64_t, 3>> ropes_;  // by frames, rows and columns
};

}  // namespace easel::inference::cosmos
