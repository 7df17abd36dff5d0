// Pictures in place of a pooled prompt (unCLIP, Ramesh et al. 2022; SDXL's "revision"): their embeddings, with some
// noise, and how much noise that was.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference::sd {

// What the network reads of `pictures` [count, dim + 2], each a picture's embedding, its strength, and the share 0..1
// of noise: [1, 2 * dim] in float32. Several are summed and made noisy once more, by the share `merged_noise`. The
// noise follows from the run's seed. (comfy.model_base.unclip_adm)
Tensor picture_vector(const Tensor& pictures, uint64_t seed, double merged_noise);

}  // namespace easel::inference::sd
