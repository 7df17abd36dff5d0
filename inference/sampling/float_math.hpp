// Functions of one float32 as torch computes them. Samplers subtract close numbers, so that the last bit of a logarithm
// shows in the picture.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference::float_math {

inline Tensor boxed(float value) { return at::scalar_tensor(value, at::kFloat); }

inline float exp(float value) { return boxed(value).exp().item<float>(); }
inline float log(float value) { return boxed(value).log().item<float>(); }
inline float expm1(float value) { return boxed(value).expm1().item<float>(); }
inline float logit(float value) { return boxed(value).logit().item<float>(); }
inline float sigmoid(float value) { return boxed(value).sigmoid().item<float>(); }

}  // namespace easel::inference::float_math
