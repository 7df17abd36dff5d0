#include "inference/layers/conv.hpp"

namespace easel::inference {

Tensor conv2d(const Tensor& x, const Weight& weight, const Weight& bias, const ConvUse& use) {
    if (runs_packed(weight, x)) return packed_conv2d(x, weight, bias, use);
    const Tensor& dense = weight.like(x);
    return at::conv2d(x, use.kernel == nullptr ? dense : use.kernel(dense), bias.like(x), use.stride, use.padding);
}

Tensor Conv2d::operator()(const Tensor& x) const {
    return conv2d(x, weight, bias, {.stride = stride, .padding = padding});
}

}  // namespace easel::inference
