// PixArt's transformer as diffusers names it.
#pragma once

#include "inference/models/diffusers_layout.hpp"

namespace easel::inference::pixart {

// The tensors under our names; none when the file is no such transformer. (comfy.utils.pixart_to_diffusers)
TensorMap from_diffusers(const TensorMap& tensors);

// The names of the modules in LoRA files: kohya's, diffusers' and those of training scripts.
LoraKeys lora_names(const Weights& w);

}  // namespace easel::inference::pixart
