// What files call the modules of Hunyuan's networks.
#pragma once

#include "inference/patches/lora.hpp"
#include "inference/weights/weights.hpp"

namespace easel::inference::hunyuan_video {

// A network by Tencent's own names renamed to those that easel reads, which are Flux's; empty when it is none, or has
// these names already. (HunyuanVideo.process_unet_state_dict)
TensorMap from_original(const TensorMap& network);

// Names of the network's modules, and those in the files of diffusion-pipe.
LoraKeys lora_names(const Weights& network);

}  // namespace easel::inference::hunyuan_video
