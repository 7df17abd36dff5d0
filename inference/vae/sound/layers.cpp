#include "inference/vae/sound/layers.hpp"

#include <ATen/ops/_weight_norm.h>
#include <ATen/ops/conv_transpose1d.h>

namespace easel::inference {

SoundWeight::SoundWeight(const Weights& w) {
    if (w.contains("weight")) {
        plain_ = w["weight"];
    } else if (w.contains("weight_v")) {
        direction_ = w["weight_v"];
        length_ = w["weight_g"];
    } else {
        direction_ = w["parametrizations.weight.original1"];
        length_ = w["parametrizations.weight.original0"];
    }
}

Tensor SoundWeight::like(const Tensor& x) const {
    return plain_ ? plain_.like(x) : at::_weight_norm(direction_.like(x), length_.like(x), 0);
}

Conv1d::Conv1d(const Weights& w, int64_t stride_, int64_t dilation_)
    : weight(w), bias(w.maybe("bias")), stride(stride_), padding((weight.size(2) - 1) * dilation_ / 2),
      dilation(dilation_) {}

Tensor Conv1d::operator()(const Tensor& x) const {
    const int64_t groups = x.size(1) / weight.size(1);
    return at::conv1d(x, weight.like(x), bias.like(x), {stride}, at::IntArrayRef{padding}, {dilation}, groups);
}

Tensor ConvTranspose1d::operator()(const Tensor& x) const {
    return at::conv_transpose1d(x, weight.like(x), bias.like(x), {stride}, {padding});
}

}  // namespace easel::inference
