// The duration head of LTX 2.4 (Lightricks 2026): how long a shot wants to be, from its prompt alone.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/model_patches/model_patch.hpp"
#include "inference/models/model.hpp"

#include <cstdint>

namespace easel::inference {

// The tensors of a head in a file, without what is in front of their names; empty when there is none.
TensorMap duration_head_tensors(const TensorMap& tensors);

class DurationHead final : public ModelPatch {
public:
    // `w` holds what duration_head_tensors returned, which is computed in float32.
    explicit DurationHead(const Weights& w);

    // Seconds, of a prompt's tokens for pictures and for sound, each [1, tokens, dim].
    double operator()(const Tensor& video, const Tensor& sound) const;

private:
    Weights weights_;
    Linear video_in_, sound_in_, qkv_, out_, hidden_, last_;
    Weight video_mark_, sound_mark_, queries_;
};

// What the head says of a condition's prompt, after the connectors of `model`. Throws UserError when `model` is no
// LTX-2 of the head's widths. (LTXVDurationPredictor)
double shot_seconds(const Model& model, const DurationHead& head, const Condition& condition);

struct ShotLimits {
    double frame_rate, least_seconds, most_seconds;
};
// Eight frames k times and one, as many as fit into the time; one more eight where that is too short.
// (seconds_to_num_frames)
int64_t shot_frames(double seconds, const ShotLimits& limits);

}  // namespace easel::inference
