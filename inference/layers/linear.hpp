// y = x W^T + b, over the last dimension.
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference {

struct Linear {
    Weight weight, bias;  // [out, in], or that of a 1x1 convolution, [out, in, 1, 1]; [out] or nothing

    Linear() = default;
    explicit Linear(const Weights& w) : weight(w["weight"]), bias(w.maybe("bias")) {}

    Tensor operator()(const Tensor& x) const;

    int64_t in_features() const { return weight.size(1); }
    int64_t out_features() const { return weight.size(0); }
};

}  // namespace easel::inference
