// Patches that multiply weights.
#pragma once

#include "inference/patches/patch.hpp"
#include "inference/weights/weights.hpp"

#include <functional>
#include <string_view>

namespace easel::inference {

// By what the weight and the bias of a module are multiplied, by its path ("...attn1.to_q"); 1 leaves it as it is.
using ModuleFactor = std::function<double(std::string_view module)>;

PatchList scale_patches(const WeightTable& weights, const ModuleFactor& factor_of);

}  // namespace easel::inference
