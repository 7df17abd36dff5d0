#include "inference/layers/linear.hpp"

#include "inference/layers/packed.hpp"

namespace easel::inference {

Tensor Linear::operator()(const Tensor& x) const {
    if (runs_packed(weight, x)) return packed_linear(x, weight, bias);
    return at::linear(x, weight.like(x).flatten(1), bias.like(x));
}

}  // namespace easel::inference
