// Putting pictures or masks of different sizes into one batch.
#pragma once

#include "inference/tensor.hpp"
#include "nodes/types.hpp"

#include <vector>

namespace easel::nodes {

// Pictures [batch, h, w, channels], brought to the size of the first (bilinear, cut around the centre); where channels
// differ by one, an opaque alpha channel is added. `pictures` is not empty.
Tensor batch_of(std::vector<Tensor> pictures);

// Masks [batch, h, w], brought to the size of the first in the same way.
Tensor batch_of_masks(std::vector<Tensor> masks);

// Every picture of a list of batches, each [1, h, w, channels].
std::vector<Tensor> separate_images(const List<Image>& images);

}  // namespace easel::nodes
