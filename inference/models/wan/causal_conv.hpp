// A convolution along time that sees no later frames; before the first one it sees that one again.
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference::wan {

struct CausalConv {
    Weight weight, bias;  // [out, in, kernel], [out]
    int64_t stride;

    CausalConv(const Weights& w, int64_t stride_)
        : weight((w / "conv")["weight"]), bias((w / "conv")["bias"]), stride(stride_) {}

    // [batch, frames, in] -> [batch, frames / stride rounded up, out]
    Tensor operator()(const Tensor& x) const {
        const Tensor before = at::replication_pad1d(x.transpose(1, 2), {weight.size(2) - 1, 0});
        return at::conv1d(before, weight.like(x), bias.like(x), stride).transpose(1, 2);
    }
};

}  // namespace easel::inference::wan
