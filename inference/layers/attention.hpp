// softmax(q k^T / sqrt(d)) v, and the reshaping around it.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// [batch, tokens, heads * d] as [batch, heads, tokens, d] (a view), and back.
Tensor split_heads(const Tensor& x, int64_t heads);
Tensor merge_heads(const Tensor& x);

// `q` [batch, heads, tokens, d], `k` and `v` [batch, heads, others, d] give [batch, heads, tokens, d]. `mask`, where
// defined, is added to the scores and broadcasts to [batch, heads, tokens, others]. The softmax is in float32.
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask = {});

// The same from and to [batch, tokens, heads * d].
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, int64_t heads, const Tensor& mask = {});

}  // namespace easel::inference
