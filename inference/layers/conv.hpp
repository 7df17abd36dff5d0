// Convolution over [batch, channels, height, width].
#pragma once

#include "inference/layers/packed.hpp"
#include "inference/weights/weights.hpp"

namespace easel::inference {

// Through prepared weights where the table has such, else as at::conv2d.
Tensor conv2d(const Tensor& x, const Weight& weight, const Weight& bias, const ConvUse& use);

struct Conv2d {
    Weight weight, bias;  // [out, in, kernel, kernel], [out] or nothing
    int64_t stride = 1;
    int64_t padding = 0;

    Conv2d() = default;
    Conv2d(const Weights& w, int64_t stride_, int64_t padding_)
        : weight(w["weight"]), bias(w.maybe("bias")), stride(stride_), padding(padding_) {}
    // Keeps the size: stride 1, padded by half the kernel.
    explicit Conv2d(const Weights& w) : Conv2d(w, 1, w["weight"].size(-1) / 2) {}

    Tensor operator()(const Tensor& x) const;
    // `sum` plus the convolution of `x`, without a pass of its own over memory where that can be.
    Tensor added_to(const Tensor& sum, const Tensor& x) const;
    // The convolution of `x` with every pixel made 2x2 equal ones.
    Tensor of_doubled(const Tensor& x) const;

    int64_t in_channels() const { return weight.size(1); }
    int64_t out_channels() const { return weight.size(0); }
};

}  // namespace easel::inference
