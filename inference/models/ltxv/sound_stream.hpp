// Latents of videos with sound.
#pragma once

#include "inference/sampling/latent_image.hpp"

namespace easel::inference::ltxv {

// The latent of a video with that of a sound beside it. A sound that takes the place of another is cut or filled with
// zeros to its length; what was filled is to be made. Throws UserError when they differ in more than length.
// (LTXVConcatAVLatent)
LatentImage with_sound(const LatentImage& video, const LatentImage& sound);

}  // namespace easel::inference::ltxv
