// Adaptive normalisation (Peebles and Xie 2023): the time decides how normalised activations are scaled and shifted.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// Layer normalisation over the last dimension without learned parameters.
inline Tensor plain_layer_norm(const Tensor& x, double eps = 1e-6) {
    return at::layer_norm(x, x.sizes().slice(static_cast<std::size_t>(x.dim() - 1)), {}, {}, eps);
}

// x (1 + scale) + shift; both broadcast to `x`.
inline Tensor modulate(const Tensor& x, const Tensor& scale, const Tensor& shift) {
    return at::addcmul(shift, x, scale + 1.0);
}

}  // namespace easel::inference
