// Attention of the cells of a window to each other, with learned biases for how far apart they are.
#pragma once

#include "inference/layers/linear.hpp"
#include "inference/upscale/windows.hpp"
#include "inference/weights/weights.hpp"

namespace easel::inference {

struct WindowAttention {
    Linear qkv, projection;
    Weight bias_table;  // [(2 * window - 1)^2, heads]
    int64_t window;

    WindowAttention(const Weights& w, int64_t window_)
        : qkv(w / "qkv"), projection(w / "proj"), bias_table(w["relative_position_bias_table"]), window(window_) {}

    // `x` [batch, h, w, channels], moved by `shift` along both sides before it is cut into windows, and back. `mask` is
    // shift_mask's, and used where there is a shift.
    Tensor operator()(const Tensor& x, int64_t shift, const Tensor& mask) const;
};

// softmax(q k^T / sqrt(d) + bias) v for queries [windows, tokens, dim], keys and values [windows, others, dim]; `bias`
// [heads, tokens, others], `mask` [windows of a picture, tokens, others] or undefined.
Tensor attend_in_windows(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& bias, const Tensor& mask);

}  // namespace easel::inference
