// Attention where memory is short.
#pragma once

#include "inference/tensor.hpp"

#include <optional>

namespace easel::inference {

// As at::scaled_dot_product_attention without dropout: `q` [batch, heads, tokens, d], `bias` broadcast to [batch,
// heads, tokens, others]. Where the device runs out of memory, a part of the queries at a time: the scores, which some
// kernels hold as a matrix, shrink with it.
Tensor attention_as_memory_allows(const Tensor& q, const Tensor& k, const Tensor& v, const std::optional<Tensor>& bias);

}  // namespace easel::inference
