// A number as sines and cosines of many frequencies, which networks read better than the number itself.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// `value` [batch] at `dim` / 2 frequencies that fall from 1 to 1 / longest_period, cosines first: [batch, dim] in
// float32. (comfy.ldm.modules.diffusionmodules.util.timestep_embedding)
Tensor timestep_embedding(const Tensor& value, int64_t dim, double longest_period = 10000.0);

}  // namespace easel::inference
