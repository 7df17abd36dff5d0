#include "inference/layers/conv.hpp"

namespace easel::inference {

Tensor conv2d(const Tensor& x, const Weight& weight, const Weight& bias, const ConvUse& use) {
    if (runs_packed(weight, x)) return packed_conv2d(x, weight, bias, use);
    const Tensor& dense = weight.like(x);
    const Tensor input = use.doubles ? at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2}) : x;
    const Tensor kernel = use.kernel == nullptr ? dense : use.kernel(dense);
    const Tensor result = at::conv2d(input, kernel, bias.like(x), use.stride, use.padding);
    return use.plus.defined() ? use.plus + result : result;
}

Tensor Conv2d::operator()(const Tensor& x) const {
    return conv2d(x, weight, bias, {.stride = stride, .padding = padding});
}

Tensor Conv2d::added_to(const Tensor& sum, const Tensor& x) const {
    return conv2d(x, weight, bias, {.stride = stride, .padding = padding, .plus = sum});
}

Tensor Conv2d::of_doubled(const Tensor& x) const {
    return conv2d(x, weight, bias, {.stride = stride, .padding = padding, .doubles = true});
}

}  // namespace easel::inference
