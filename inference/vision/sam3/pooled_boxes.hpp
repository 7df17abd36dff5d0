// What is in boxes of a picture, brought to one size. (He et al. 2017, RoIAlign)
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference::sam3 {

// `picture` [channels, h, w] and `boxes` [count, 4] as corners in its cells: [count, channels, side, side], each cell
// the mean of samples about one cell apart. (torchvision.ops.roi_align, not aligned)
Tensor pooled_boxes(const Tensor& picture, const Tensor& boxes, int64_t side);

}  // namespace easel::inference::sam3
