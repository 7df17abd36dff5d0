// Lumina's and Z-Image's networks as diffusers names them.
#pragma once

#include "inference/models/diffusers_layout.hpp"

namespace easel::inference::lumina {

// A network in diffusers' layout by our names; empty when it is none. (comfy.utils.z_image_to_diffusers)
TensorMap from_diffusers(const TensorMap& tensors);

// The names of a network's modules in LoRA files: kohya's, LyCORIS' and diffusers'.
LoraKeys lora_names(const Weights& w);

}  // namespace easel::inference::lumina
