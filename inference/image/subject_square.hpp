// What a mask shows of a picture, in the middle of a black square.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// `pixels` [height, width, 3] and `mask` [height, width] in 0..1 as [side, side, 3]: the box around the mask, from
// which `erosion` pixels have been taken off, with a tenth of its longer side around it. Throws a ValueError for an
// empty mask. (comfy_extras.nodes_triposplat._preprocess)
Tensor subject_square(const Tensor& pixels, const Tensor& mask, int64_t erosion, int64_t side);

}  // namespace easel::inference
