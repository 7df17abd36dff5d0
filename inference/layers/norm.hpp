// Normalisation with learned scale and shift. Sums are accumulated in float32 whatever the type of the activations.
#pragma once

#include "inference/weights/weights.hpp"

#include <optional>

namespace easel::inference {

// Over groups of channels of [batch, channels, ...].
struct GroupNorm {
    Weight weight, bias;  // [channels]
    int64_t groups = 32;
    double eps = 1e-5;

    GroupNorm() = default;
    explicit GroupNorm(const Weights& w, double eps_ = 1e-5, int64_t groups_ = 32)
        : weight(w["weight"]), bias(w.maybe("bias")), groups(groups_), eps(eps_) {}

    Tensor operator()(const Tensor& x) const;
    // The same with a SiLU behind it, in one go.
    Tensor then_silu(const Tensor& x) const;
};

// Over the last dimension.
struct LayerNorm {
    Weight weight, bias;  // [dim]
    double eps = 1e-5;

    LayerNorm() = default;
    explicit LayerNorm(const Weights& w, double eps_ = 1e-5) : weight(w["weight"]), bias(w.maybe("bias")), eps(eps_) {}

    Tensor operator()(const Tensor& x) const {
        return at::layer_norm(x, weight.shape(), weight.like(x), bias.like(x), eps);
    }
};

// By the root mean square over the last dimension, scaled but not shifted. Files call the scale `weight` or `scale`.
struct RmsNorm {
    Weight weight;              // [dim]
    std::optional<double> eps;  // nothing: the machine epsilon of the activations, torch.nn.RMSNorm's default

    RmsNorm() = default;
    explicit RmsNorm(const Weights& w, std::optional<double> eps_ = std::nullopt)
        : weight(w.contains("scale") ? w["scale"] : w["weight"]), eps(eps_) {}

    Tensor operator()(const Tensor& x) const { return at::rms_norm(x, weight.shape(), weight.like(x), eps); }
};

}  // namespace easel::inference
