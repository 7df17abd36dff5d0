#include "inference/layers/attention.hpp"

#include "inference/layers/half_attention.hpp"
#include "inference/layers/split_attention.hpp"

namespace easel::inference {
namespace {

// Below this many tokens, preparing keys and values costs more than the products gain.
constexpr int64_t tokens_worth_preparing = 512;

bool runs_half(const Tensor& q, const Tensor& k, const Tensor& v) {
    return HalfAttention::is_allowed() && q.is_cpu() && q.scalar_type() == at::kFloat && q.dim() == 4 &&
           k.scalar_type() == at::kFloat && v.scalar_type() == at::kFloat && q.size(2) >= tokens_worth_preparing &&
           k.size(0) == q.size(0) && k.size(1) == q.size(1) && v.sizes() == k.sizes() && q.size(3) == k.size(3);
}

}  // namespace

Tensor split_heads(const Tensor& x, int64_t heads) {
    return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

Tensor merge_heads(const Tensor& x) { return x.transpose(1, 2).flatten(2); }

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& mask) {
    if (!mask.defined() && runs_half(q, k, v)) return half_attention(q, k, v);
    std::optional<Tensor> bias;
    if (mask.defined()) bias = mask.to(q.scalar_type());
    return attention_as_memory_allows(q, k, v, bias);
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, int64_t heads, const Tensor& mask) {
    return merge_heads(attention(split_heads(q, heads), split_heads(k, heads), split_heads(v, heads), mask));
}

}  // namespace easel::inference
