// What the kinds of change in LoRA files have in common when they are applied.
#pragma once

#include "inference/patches/lora_patches.hpp"

#include <string>

namespace easel::inference::lora {

inline Tensor whole(const Tensor& tensor) { return tensor.to(at::kFloat); }
// All dimensions behind the first as one.
inline Tensor matrix(const Tensor& tensor) { return whole(tensor).flatten(1); }

// Throws ModelError(problem) unless `condition`.
void require(bool condition, const std::string& problem);
std::string shape_text(const Tensor& tensor);

// Adds `difference` (as many values as `weight`) times `alpha` to `weight`, scaled to the norms of `magnitude` where
// that is defined.
Tensor changed(Tensor weight, const Tensor& difference, double alpha, const Tensor& magnitude, double strength);

}  // namespace easel::inference::lora
