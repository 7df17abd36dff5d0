// The autoencoder of latent diffusion as diffusers stores it (`decoder.up_blocks.0.resnets.0.norm1.weight`).
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference {

// The tensors under the names that AutoencoderKl reads; as they are when the file is not in diffusers' layout.
// (comfy.diffusers_convert.convert_vae_state_dict)
TensorMap kl_in_own_layout(TensorMap tensors);

}  // namespace easel::inference
