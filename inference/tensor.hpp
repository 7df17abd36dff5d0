// The one place that includes ATen for the inference layer (it is precompiled there).
#pragma once

#include <ATen/ATen.h>

namespace easel {

using at::Tensor;

}  // namespace easel
