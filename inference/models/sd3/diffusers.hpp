// SD3's transformer as diffusers names it.
#pragma once

#include "inference/models/diffusers_layout.hpp"

namespace easel::inference::sd3 {

// The tensors under our names; none when the file is no such transformer. (comfy.utils.mmdit_to_diffusers)
TensorMap from_diffusers(const TensorMap& tensors);

// The name of ours for a tensor outside the blocks; another name stays as it is.
std::string own_name(const std::string& theirs);

// The names of the modules in LoRA files: kohya's, diffusers' and those of training scripts.
LoraKeys lora_names(const Weights& w);

}  // namespace easel::inference::sd3
