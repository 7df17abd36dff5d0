// Normalisation of [batch, channels, height, width] by statistics that were gathered in training.
#pragma once

#include "inference/weights/weights.hpp"

namespace easel::inference {

struct BatchNorm {
    Weight weight, bias, mean, variance;  // [channels]
    double eps = 1e-5;

    BatchNorm() = default;
    explicit BatchNorm(const Weights& w, double eps_ = 1e-5)
        : weight(w["weight"]), bias(w["bias"]), mean(w["running_mean"]), variance(w["running_var"]), eps(eps_) {}

    Tensor operator()(const Tensor& x) const {
        return at::batch_norm(x, weight.like(x), bias.like(x), mean.like(x), variance.like(x), /*training=*/false,
                              /*momentum=*/0.0, eps, /*cudnn_enabled=*/false);
    }
};

}  // namespace easel::inference
