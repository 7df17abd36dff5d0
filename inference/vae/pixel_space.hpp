// The autoencoder of networks that work on pixels: it changes nothing but the range of values.
#pragma once

#include "inference/vae/vae.hpp"

namespace easel::inference {

// (comfy.pixel_space_convert)
Vae pixel_space_vae();

}  // namespace easel::inference
