// Wan 2.1 and 2.2 (Wan team 2025): transformers over patches of a video latent, from text alone or from pictures, and
// the 5B model whose frames may each have a time of their own; with what their variants look at besides: a reference
// picture (Fun Control), videos to keep to (VACE), a camera's move, and further videos and pictures in the same
// sequence (Bernini, Phantom). Variants that compute something else are in folders of their own.
#pragma once

#include "inference/layers/conv.hpp"
#include "inference/models/wan/camera.hpp"
#include "inference/models/wan/network.hpp"
#include "inference/models/wan/vace.hpp"

#include <optional>

namespace easel::inference::wan {

class Wan : public Network {
public:
    explicit Wan(const Weights& w);

    // x [batch, channels, frames, height, width].
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;
    bool keeps_latent_clean() const override { return times_frames(); }

private:
    // Whether a frame that a mask keeps is told to the network as being without noise: the 5B model.
    bool times_frames() const { return trunk_.out_channels() == 48; }

    std::optional<Conv2d> reference_in_;
    std::optional<CameraAdapter> camera_;
    std::optional<Vace> vace_;
};

}  // namespace easel::inference::wan
