// Weights that are stored as small numbers with scales beside them (`weight` and `weight_scale`), in the layouts of the
// reference's QUANTIZATION.md and its older `scale_weight` keys.
#pragma once

#include "inference/weights/weights.hpp"

#include <map>
#include <string>

namespace easel::inference {

// Puts each such weight and its scales together into one encoded tensor (see encoded.hpp) and drops what belongs to it
// alone: scales of inputs, which are for quantised arithmetic, and descriptions. The matrices of a bank of experts
// [experts, out, in] become weights of their own, `<bank>.<expert>.weight`. `metadata` is the file's. Throws
// ModelError naming the layer when a format is not known or a scale is missing.
TensorMap with_quantised_weights(TensorMap tensors, const std::map<std::string, std::string>& metadata,
                                 const std::string& origin);

}  // namespace easel::inference
