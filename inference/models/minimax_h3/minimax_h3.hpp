// MiniMax H3 (MiniMax 2026): a transformer over one sequence of a prompt, a video and its sound, and of pictures, films
// and sounds that these are to follow. What is made and what is followed differ in their times only.
#pragma once

#include "inference/models/diffusers_layout.hpp"
#include "inference/models/minimax_h3/blocks.hpp"
#include "inference/models/minimax_h3/layout.hpp"
#include "inference/models/minimax_h3/times.hpp"
#include "inference/models/model.hpp"
#include "inference/sampling/own_latents.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace easel::inference::minimax_h3 {

// The handle with other schedules for sampling and for the network. (MiniMaxH3SigmaShift)
Model with_shifts(const Model& model, Shifts shifts);

class MinimaxH3 : public DiffusionModel, public MakesStreams, public ShowsKeptLatent {
public:
    // `w` is a network in the published layout; throws MissingWeight.
    explicit MinimaxH3(const Weights& w);

    // x is a row of a video [1, channels, time, height, width] and a sound [1, channels, 2, moments]. Throws UserError
    // for other latents and for batches.
    Tensor predict(const NetworkInput& input) const override;
    // Words pass the refiner here: they are the same in all steps.
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    LatentImage with_streams(LatentImage empty) const override;
    // All but clean, and sampled as far as other cells of the same token are.
    Tensor shown(const KeptLatent& kept) const override;
    std::size_t activation_bytes(at::IntArrayRef latent) const override;
    LoraKeys lora_keys() const override { return plain_lora_keys(weights_); }

private:
    struct Plan;

    Tensor refined(const Tensor& prompt) const;
    Rope places_of(const Tensor& positions) const;
    Tensor embedded(const std::vector<double>& times) const;
    Tensor sequence_of(const Plan& plan, const Tensor& text, const std::vector<Tensor>& made, uint64_t seed) const;

    Weights weights_;
    Linear video_in_, sound_in_, text_in_;
    Weight time_table_;  // [points, values]; undefined: times pass the layers below
    std::optional<Linear> time_in_, time_out_;
    Weight frequencies_;  // [pairs], of each axis
    std::vector<RefinerBlock> refiner_;
    RmsNorm refiner_norm_;
    std::vector<Block> blocks_;
    Finish finish_;
};

}  // namespace easel::inference::minimax_h3
