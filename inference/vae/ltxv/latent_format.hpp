// The latents of LTX networks: deep ones, of which a cell stands for 32 by 32 pixels in eight frames.
#pragma once

#include "inference/vae/latent_format.hpp"

namespace easel::inference {

LatentFormat ltxv_latent_format();
// LTX-2's, which is not told apart by anything but its colours; sound is not shown.
LatentFormat ltxav_latent_format();

}  // namespace easel::inference
