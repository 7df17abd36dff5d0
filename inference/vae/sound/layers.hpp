// Convolutions over time, [batch, channels, samples], as networks for sound have them: often with weights kept as
// directions and lengths (weight normalisation, Salimans and Kingma 2016).
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference {

// A weight of a convolution: as it is, or as a direction and a length for each of its first dimension.
class SoundWeight {
public:
    SoundWeight() = default;
    explicit SoundWeight(const Weights& w);
    Tensor like(const Tensor& x) const;
    int64_t size(int64_t dimension) const { return plain_ ? plain_.size(dimension) : direction_.size(dimension); }
    bool defined() const { return plain_.defined() || direction_.defined(); }

private:
    Weight plain_, direction_, length_;
};

struct Conv1d {
    SoundWeight weight;  // [out, in / groups, kernel]
    Weight bias;
    int64_t stride = 1, padding = 0, dilation = 1;

    Conv1d() = default;
    // Keeps the length, where the stride is 1: padded by half the kernel's reach.
    explicit Conv1d(const Weights& w, int64_t stride_ = 1, int64_t dilation_ = 1);
    Conv1d(const Weights& w, int64_t stride_, int64_t padding_, int64_t dilation_)
        : weight(w), bias(w.maybe("bias")), stride(stride_), padding(padding_), dilation(dilation_) {}
    Tensor operator()(const Tensor& x) const;
};

struct ConvTranspose1d {
    SoundWeight weight;  // [in, out, kernel]
    Weight bias;
    int64_t stride, padding;

    ConvTranspose1d(const Weights& w, int64_t stride_, int64_t padding_)
        : weight(w), bias(w.maybe("bias")), stride(stride_), padding(padding_) {}
    Tensor operator()(const Tensor& x) const;
};

}  // namespace easel::inference
