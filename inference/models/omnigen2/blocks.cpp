#include "inference/models/omnigen2/blocks.hpp"

#include "inference/layers/attention.hpp"

namespace easel::inference::omnigen2 {

Tensor grouped_attention(const Tensor& q, const Tensor& k, const Tensor& v) {
    const int64_t times = q.size(1) / k.size(1);
    const auto shared = [times](const Tensor& heads) { return times == 1 ? heads : heads.repeat_interleave(times, 1); };
    return merge_heads(attention(q, shared(k), shared(v)));
}

Attention::Attention(const Weights& w)
    : q(w / "to_q"), k(w / "to_k"), v(w / "to_v"), out(w / "to_out" / 0), q_norm(w / "norm_q", eps),
      k_norm(w / "norm_k", eps) {}

Tensor Attention::operator()(const Tensor& x, const Rope& rope) const {
    const int64_t size = q_norm.weight.size(0);
    const auto heads = [size](const Tensor& projected) { return split_heads(projected, projected.size(2) / size); };
    const Tensor queries = rotate_pairs(q_norm(heads(q(x))), rope), keys = rotate_pairs(k_norm(heads(k(x))), rope);
    return out(grouped_attention(queries, keys, heads(v(x))));
}

TimedNorm::Result TimedNorm::operator()(const Tensor& x, const Tensor& time) const {
    const auto parts = linear(at::silu(time)).unsqueeze(1).chunk(4, 2);
    return {norm(x) * (parts[0] + 1.0), parts[1], parts[2], parts[3]};
}

Block::Block(const Weights& w)
    : attention(w / "attn"), feed_forward(w / "feed_forward"), behind_attention(w / "norm2", eps),
      before_mlp(w / "ffn_norm1", eps), behind_mlp(w / "ffn_norm2", eps) {
    if (w.has_part("norm1.linear"))
        timed_norm.emplace(w / "norm1");
    else
        norm.emplace(w / "norm1", eps);
}

Tensor Block::operator()(const Tensor& x, const Rope& rope, const Tensor& time) const {
    if (!timed_norm) {
        const Tensor attended = x + behind_attention(attention((*norm)(x), rope));
        return attended + behind_mlp(feed_forward(before_mlp(attended)));
    }
    const auto [normed, attention_gate, mlp_scale, mlp_gate] = (*timed_norm)(x, time);
    const Tensor attended = x + attention_gate.tanh() * behind_attention(attention(normed, rope));
    return attended + mlp_gate.tanh() * behind_mlp(feed_forward(before_mlp(attended) * (mlp_scale + 1.0)));
}

}  // namespace easel::inference::omnigen2
