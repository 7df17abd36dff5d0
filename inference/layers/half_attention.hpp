// Attention of float32 tensors with both products in half precision (panel_products.hpp). The softmax is in float32.
#pragma once

#include "inference/tensor.hpp"

namespace easel::inference {

// As attention() without a mask: `q` [batch, heads, tokens, d], `k` and `v` [batch, heads, others, d], whose last
// dimension is dense. The result's tokens lie outside of its heads in memory, so that merging these is free.
Tensor half_attention(const Tensor& q, const Tensor& k, const Tensor& v);

// While one of these lives, attention on this thread may round as above, or must not.
class HalfAttention {
public:
    explicit HalfAttention(bool is_allowed);
    ~HalfAttention();
    HalfAttention(const HalfAttention&) = delete;
    HalfAttention& operator=(const HalfAttention&) = delete;

    static bool is_allowed();

private:
    bool before_;
};

}  // namespace easel::inference
