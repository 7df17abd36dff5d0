// LoRA files whose keys differ from all others.
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference {

// The tensors of a LoRA file by the names that other files would use. (comfy.lora_convert)
TensorMap canonical_lora(const TensorMap& tensors);

}  // namespace easel::inference
