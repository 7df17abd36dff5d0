// Wan 2.2 Animate (Cheng et al. 2025): the character of a picture moves as a skeleton does, with the expressions of a
// face, alone or in the place of somebody in a video.
#pragma once

#include "inference/models/wan/animate/face.hpp"
#include "inference/models/wan/network.hpp"

#include <vector>

namespace easel::inference::wan {

class Animate : public Network {
public:
    explicit Animate(const Weights& w);
    // x [batch, channels, 1 + frames, height, width]: the first frame is the character's picture.
    Tensor predict(const NetworkInput& input) const override;
    void set_inputs(NetworkInput& input, const Condition& condition, const SamplingTarget& target) const override;

private:
    // Faces [batch, 3, frames, 512, 512] as tokens [batch, `frames`, n, dim]; none for the character's picture.
    Tensor face_tokens(const Tensor& faces, int64_t frames) const;

    Weight pose_weight_, pose_bias_;
    MotionEncoder motion_;
    FaceEncoder face_;
    std::vector<FaceBlock> face_blocks_;  // behind every fifth block
};

}  // namespace easel::inference::wan
