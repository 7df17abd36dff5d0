// What encoders heard, frame by frame, as Wan's networks take it. Encoders have fifty moments a second.
#pragma once

#include "inference/audio/encoder/sound_encoder.hpp"

namespace easel::inference::wan {

// For S2V, whose videos have 16 frames a second: [1, layers, dim, frames] from frame `first` on; undefined when the
// sound has ended before. `frames` are at once sampled by the network. (wan_sound_to_video)
Tensor heard_by_frames(const EncodedSound& sound, int64_t first, int64_t frames);

// For HuMo, 25 frames a second: what is around each latent frame of `frames` frames, [1, latent frames, 8, 5, dim].
// (WanHuMoImageToVideo)
Tensor heard_around_frames(const EncodedSound& sound, int64_t frames);

// For InfiniteTalk, 25 frames a second: [moments, layers, dim]. (WanInfiniteTalkToVideo)
Tensor heard_by_layers(const EncodedSound& sound);

}  // namespace easel::inference::wan
