// What Lotus (He et al. 2024) reads in place of a prompt.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference::sd {

// The states of SD2's text encoder for an empty prompt that is not padded, [1, 2, 1024] in float32.
Tensor lotus_prompt();

}  // namespace easel::inference::sd
