// What LoRA files call the modules of text encoders.
#pragma once

#include "inference/patches/lora.hpp"
#include "inference/weights/weights.hpp"

namespace easel::inference {

// `w` has one part for each encoder, named as ComfyUI names them ("clip_l", "t5xxl", ...); which others there are
// decides what some are called. kohya's, diffusers' and OneTrainer's names. (comfy.lora.model_lora_keys_clip)
LoraKeys text_lora_keys(const Weights& w);

}  // namespace easel::inference
