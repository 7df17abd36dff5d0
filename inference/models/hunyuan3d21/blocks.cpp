#include "inference/models/hunyuan3d21/blocks.hpp"

#include "inference/layers/attention.hpp"

namespace easel::inference::hunyuan3d21 {
namespace {

constexpr int64_t experts_per_token = 2;

FeedForward expert(const Weights& w) { return {w / "net" / 0 / "proj", w / "net" / 2}; }

}  // namespace

Attention::Attention(const Weights& w)
    : q(w / "to_q"), k(w / "to_k"), v(w / "to_v"), out(w / "out_proj"), q_norm(w / "q_norm", norm_eps),
      k_norm(w / "k_norm", norm_eps) {}

// Each [batch, tokens, heads, head].
Tensor Attention::attended(const Tensor& queries, const Tensor& keys, const Tensor& values) const {
    const Tensor result =
        attention(q_norm(queries).transpose(1, 2), k_norm(keys).transpose(1, 2), values.transpose(1, 2));
    return out(merge_heads(result));
}

// The networks were trained with the projections of all heads put one after the other and then cut anew, so that a
// head's queries, keys and values are neighbours in what they make together, whatever layer they come from.
Tensor Attention::to_itself(const Tensor& x) const {
    const auto parts = at::cat({q(x), k(x), v(x)}, -1).unflatten(-1, {-1, 3 * q_norm.weight.size(0)}).chunk(3, -1);
    return attended(parts[0], parts[1], parts[2]);
}

Tensor Attention::to_others(const Tensor& x, const Tensor& others) const {
    const int64_t head = q_norm.weight.size(0);
    const auto parts = at::cat({k(others), v(others)}, -1).unflatten(-1, {-1, 2 * head}).chunk(2, -1);
    return attended(q(x).unflatten(-1, {-1, head}), parts[0], parts[1]);
}

Experts::Experts(const Weights& w) : gate(w["gate.weight"]), shared(expert(w / "shared_experts")) {
    for (int64_t i = 0; i < w.count("experts"); ++i)
        experts.push_back(expert(w / "experts" / i));
}

Tensor Experts::operator()(const Tensor& x) const {
    const Tensor tokens = x.flatten(0, 1);  // [all, dim]
    const Tensor scores = at::linear(tokens, gate.like(tokens)).softmax(-1);
    const auto [weights, chosen] = scores.topk(experts_per_token, -1);
    Tensor sum = at::zeros_like(tokens);
    for (std::size_t i = 0; i < experts.size(); ++i) {
        const Tensor places = (chosen == static_cast<int64_t>(i)).nonzero();  // [here, 2]: which token, which choice
        if (places.size(0) == 0) continue;
        const Tensor rows = places.select(1, 0);
        const Tensor share = weights.index({rows, places.select(1, 1)}).unsqueeze(1);
        sum.index_add_(0, rows, experts[i](tokens.index_select(0, rows)) * share);
    }
    return sum.view(x.sizes()) + shared(x);
}

Block::Block(const Weights& w)
    : norm1(w / "norm1", norm_eps), norm2(w / "norm2", norm_eps), norm3(w / "norm3", norm_eps), own(w / "attn1"),
      picture(w / "attn2") {
    if (w.has_part("skip_linear")) {
        skip.emplace(w / "skip_linear");
        skip_norm.emplace(w / "skip_norm", norm_eps);
    }
    if (w.has_part("moe"))
        experts.emplace(w / "moe");
    else
        mlp.emplace(w / "mlp" / "fc1", w / "mlp" / "fc2");
}

Tensor Block::operator()(Tensor x, const Tensor& context, const Tensor& earlier) const {
    if (skip) x = (*skip_norm)((*skip)(at::cat({earlier, x}, -1)));
    x = x + own.to_itself(norm1(x));
    x = x + picture.to_others(norm2(x), context);
    const Tensor y = norm3(x);
    return x + (experts ? (*experts)(y) : (*mlp)(y));
}

}  // namespace easel::inference::hunyuan3d21
