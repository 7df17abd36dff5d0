// Normalisations of pictures whose channels lie innermost in memory, with the scale, the shift and a SiLU behind them
// in the same pass: what tensor operations do in four or five passes over memory that the processor waits for.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

enum class Activation { none, silu };

// Whether the functions below take `x`: float32 or bfloat16 on a processor with AVX-512, [batch, channels, ...] with
// channels innermost and no holes.
bool runs_fused_norm(const Tensor& x);

// As at::group_norm, then the activation. `weight` and `bias` [channels] have the type of `x` or are undefined.
Tensor fused_group_norm(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias, double eps,
                        Activation activation);

// Every pixel's channels divided by their root mean square and multiplied by `weight` [channels].
Tensor fused_channel_norm(const Tensor& x, const Tensor& weight, Activation activation);

// values * gelu(gates), of x [..., values and then gates]; the exact gelu. float32 only, with a dense last dimension.
bool runs_gated_gelu(const Tensor& x);
Tensor gated_gelu(const Tensor& x);

}  // namespace easel::inference
