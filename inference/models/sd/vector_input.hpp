// The vector that Stable Diffusion XL's networks read beside the prompt: the pooled prompt and, as sines and cosines,
// the sizes of the picture that the network is to imitate.
#pragma once

#include "inference/models/network_input.hpp"
#include "inference/sampling/conditioning.hpp"

namespace easel::inference::sd {

// [batch, dim] in float32 for one condition.
using VectorInput = Tensor (*)(const Condition& condition, const SamplingTarget& target);

// Pooled prompt, then height, width, top, left, and the height and width of the target, 256 values each. Sizes that the
// condition does not give are those of the latent. Throws UserError when it has no pooled prompt. (SDXL.encode_adm)
Tensor sdxl_vector(const Condition& condition, const SamplingTarget& target);

// Pooled prompt, then height, width, top, left and an aesthetic score, which is 6 unless given and 2.5 on the negative
// side. (SDXLRefiner.encode_adm)
Tensor refiner_vector(const Condition& condition, const SamplingTarget& target);

// Which task is asked for: the depth of a picture. (Lotus.extra_conds)
Tensor lotus_vector(const Condition& condition, const SamplingTarget& target);

}  // namespace easel::inference::sd
