// Stable Diffusion's UNet as diffusers stores it (`down_blocks.0.resnets.0.conv1.weight`).
#pragma once

#include "inference/weights/weights.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace easel::inference::sd {

// The tensors under the names that our UNet reads; none when the file is not such a UNet. Tensors that have no place in
// it are left out. (comfy.utils.unet_to_diffusers)
TensorMap unet_from_diffusers(const TensorMap& tensors);

// For files in diffusers' layout: the names within residual blocks, theirs and ours, ...
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 6> residual_names{{
    {"norm1.", "in_layers.0."},
    {"conv1.", "in_layers.2."},
    {"time_emb_proj.", "emb_layers.1."},
    {"norm2.", "out_layers.0."},
    {"conv2.", "out_layers.3."},
    {"conv_shortcut.", "skip_connection."},
}};
// ... whether keys begin with `prefix`, and how many parts `prefix` + "0.", "1.", ... there are without a gap.
bool has_part(const TensorMap& tensors, const std::string& prefix);
int64_t count_parts(const TensorMap& tensors, const std::string& prefix);

}  // namespace easel::inference::sd
