// Flux's networks as diffusers names them.
#pragma once

#include "inference/models/diffusers_layout.hpp"

namespace easel::inference::flux {

// The modules of a network with so many blocks and a stream `dim` wide. (comfy.utils.flux_to_diffusers)
std::vector<DiffusersModule> diffusers_modules(int64_t double_blocks, int64_t single_blocks, int64_t dim);

// A network in diffusers' layout by our names; empty when it is none.
TensorMap from_diffusers(const TensorMap& tensors);

// The names of a network's modules in LoRA files: kohya's, LyCORIS', diffusers', OneTrainer's and DiffSynth's.
LoraKeys lora_names(const Weights& w);

}  // namespace easel::inference::flux
