#include "inference/layers/attention.hpp"

namespace easel::inference {

Tensor split_heads(const Tensor& x, int64_t heads) {
    return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

Tensor merge_heads(const Tensor& x) { return x.transpose(1, 2).flatten(2); }

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask) {
    std::optional<Tensor> bias;
    if (mask.defined()) bias = mask.to(q.scalar_type());
    return at::scaled_dot_product_attention(q, k, v, bias);
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, int64_t heads, const Tensor& mask) {
    return merge_heads(attention(split_heads(q, heads), split_heads(k, heads), split_heads(v, heads), mask));
}

}  // namespace easel::inference
