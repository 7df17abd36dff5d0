// The latents of MiniMax's networks.
#pragma once

#include "inference/vae/latent_format.hpp"

namespace easel::inference {

// H3's: a video, whose cells stand for 16 by 16 pixels in four frames, as its autoencoder has normalised it. The sound
// beside it is not shown.
LatentFormat minimax_h3_latent_format();

}  // namespace easel::inference
