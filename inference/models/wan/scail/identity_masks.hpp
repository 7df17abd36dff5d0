// How SCAIL-2 is told who is who: one of seven colours for each person, as channels of a mask.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference::wan {

// Coloured pictures [frames, h, w, 3] in 0..1 as [1, 28, latent frames, h / 8, w / 8]: seven colours for each of the
// four frames that a latent frame holds, the first frame counting four times. (_extract_mask_to_28ch)
Tensor identity_masks(const Tensor& colors);

}  // namespace easel::inference::wan
