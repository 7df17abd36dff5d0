// What the networks of MediaPipe's face models are made of.
#pragma once

#include "inference/weights/weights.hpp"

#include <algorithm>
#include <optional>

namespace easel::inference::face {

// `x` with zeros around it for a kernel of `kernel` at a stride of 2, as TensorFlow pads: where the number is odd there
// is one more at the right and at the bottom.
inline Tensor padded_for(const Tensor& x, int64_t kernel, int64_t stride) {
    const auto missing = [&](int64_t size) {
        return std::max<int64_t>(((size + stride - 1) / stride - 1) * stride + kernel - size, 0);
    };
    const int64_t rows = missing(x.size(2)), columns = missing(x.size(3));
    return at::constant_pad_nd(x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
}

// In as many groups as the weight's shape says.
struct Conv {
    Weight weight, bias;
    int64_t stride, padding;

    explicit Conv(const Weights& w, int64_t stride_ = 1, int64_t padding_ = 0)
        : weight(w["weight"]), bias(w["bias"]), stride(stride_), padding(padding_) {}
    Tensor operator()(const Tensor& x) const {
        return at::conv2d(x, weight.like(x), bias.like(x), stride, padding, 1, x.size(1) / weight.size(1));
    }
    int64_t in_channels() const { return weight.size(1); }
    int64_t out_channels() const { return weight.size(0); }
};

// Scales what is negative, by channel; a ReLU where the file has no scales.
struct Slope {
    Weight scale;  // [channels] or nothing

    Slope() = default;
    explicit Slope(const Weights& w) : scale(w.maybe("weight")) {}
    Tensor operator()(const Tensor& x) const { return scale ? at::prelu(x, scale.like(x)) : at::relu(x); }
};

// A convolution within channels, one across them, and the input, pooled and filled up with zeros to the same shape.
struct BlazeBlock {
    Conv within, across;
    std::optional<Slope> between;
    Slope after;
    int64_t stride;

    BlazeBlock(const Weights& w, int64_t stride_)
        : within(w / "depthwise", stride_), across(w / "pointwise"), after(w / "prelu_out"), stride(stride_) {
        if (w.has_part("prelu_dwise")) between.emplace(w / "prelu_dwise");
    }
    Tensor operator()(const Tensor& x) const {
        const Tensor smaller = stride > 1 ? at::max_pool2d(x, 2, 2) : x;
        const int64_t more = across.out_channels() - x.size(1);
        const Tensor rest = more > 0 ? at::constant_pad_nd(smaller, {0, 0, 0, 0, 0, more}) : smaller;
        const Tensor seen = within(padded_for(x, 3, stride));
        return after(across(between ? (*between)(seen) : seen) + rest);
    }
};

}  // namespace easel::inference::face
