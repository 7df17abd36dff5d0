// Wan-Animate-2 (Alibaba 2025): a character of a picture does what the people of a video do. The video of poses runs
// through the same blocks beside the one that is made, and each frame attends to its own frame of it.
#pragma once

#include "inference/models/wan/animate/pose_store.hpp"
#include "inference/models/wan/network.hpp"

namespace easel::inference::wan {

class Animate2 : public Network {
public:
    explicit Animate2(const Weights& w) : Network(w) {}
    // x [batch, channels, 1 + frames, height, width]: the first frame is the character's picture.
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;

private:
    class Poses;
};

}  // namespace easel::inference::wan
