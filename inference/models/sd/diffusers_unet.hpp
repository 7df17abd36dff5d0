// Stable Diffusion's UNet as diffusers stores it (`down_blocks.0.resnets.0.conv1.weight`).
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference::sd {

// The tensors under the names that our UNet reads; none when the file is not such a UNet. Tensors that have no place in
// it are left out. (comfy.utils.unet_to_diffusers)
TensorMap unet_from_diffusers(const TensorMap& tensors);

}  // namespace easel::inference::sd
