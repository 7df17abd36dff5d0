#include "inference/models/wan/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"

namespace easel::inference::wan {
namespace {

int64_t heads_of(const Linear& q) { return q.out_features() / head_size; }

}  // namespace

SelfAttention::SelfAttention(const Weights& w)
    : q(w / "q"), k(w / "k"), v(w / "v"), out(w / "o"), norm_q(w / "norm_q", eps), norm_k(w / "norm_k", eps) {}

Tensor SelfAttention::queries(const Tensor& x, const Rope& rope) const {
    return rotate_pairs(split_heads(norm_q(q(x)), heads_of(q)), rope);
}

Tensor SelfAttention::keys(const Tensor& x, const Rope& rope) const {
    return rotate_pairs(split_heads(norm_k(k(x)), heads_of(q)), rope);
}

Tensor SelfAttention::values(const Tensor& x) const { return split_heads(v(x), heads_of(q)); }

Tensor SelfAttention::operator()(const Tensor& x, const Rope& rope) const {
    return out(merge_heads(attention(queries(x, rope), keys(x, rope), values(x))));
}

CrossAttention::CrossAttention(const Weights& w)
    : q(w / "q"), k(w / "k"), v(w / "v"), out(w / "o"), norm_q(w / "norm_q", eps), norm_k(w / "norm_k", eps) {
    if (!w.has_part("k_img")) return;
    k_picture.emplace(w / "k_img");
    v_picture.emplace(w / "v_img");
    norm_k_picture.emplace(w / "norm_k_img", eps);
}

Tensor CrossAttention::operator()(const Tensor& x, const Context& context) const {
    const int64_t heads = heads_of(q);
    const Tensor asking = norm_q(q(x));
    Tensor seen = attention(asking, norm_k(k(context.text)), v(context.text), heads);
    if (k_picture) {
        const Tensor& picture = context.picture.defined() ? context.picture : context.text;
        if (picture.size(1) > 0)
            seen = seen + attention(asking, (*norm_k_picture)((*k_picture)(picture)), (*v_picture)(picture), heads);
    }
    return out(seen);
}

Block::Block(const Weights& w)
    : modulation(w["modulation"]), self(w / "self_attn"), norm_cross(w / "norm3", eps), cross(w / "cross_attn"),
      ff_in(w / "ffn" / 0), ff_out(w / "ffn" / 2) {}

Tensor for_tokens(const Tensor& value, int64_t tokens) {
    const int64_t times = value.size(1);
    if (times == 1) return value;
    const int64_t repeats = (tokens + times - 1) / times;
    return value.repeat_interleave(repeats, 1).narrow(1, 0, tokens);
}

Tensor Block::operator()(Tensor x, const Tensor& time, const Rope& rope, const Context& context) const {
    return (*this)(std::move(x), time, context,
                   {.attend = [&](const Tensor& tokens) { return self(tokens, rope); }, .after_cross = {}});
}

Tensor Block::before_attention(const Tensor& x, const Tensor& time) const {
    const Tensor steering = modulation.like(x).unsqueeze(0) + time;
    const auto part = [&](int64_t i) { return for_tokens(steering.select(2, i), x.size(1)); };
    return modulate(plain_layer_norm(x, eps), part(1), part(0));
}

Tensor Block::operator()(Tensor x, const Tensor& time, const Context& context, const Parts& parts) const {
    const Tensor steering = modulation.like(x).unsqueeze(0) + time;  // [batch, times, 6, dim]
    const auto part = [&](int64_t i) { return for_tokens(steering.select(2, i), x.size(1)); };
    x = at::addcmul(x, parts.attend(modulate(plain_layer_norm(x, eps), part(1), part(0))), part(2));
    x = x + cross(norm_cross(x), context);
    if (parts.after_cross) x = parts.after_cross(x);
    const Tensor hidden = ff_in(modulate(plain_layer_norm(x, eps), part(4), part(3)));
    return at::addcmul(x, ff_out(at::gelu(hidden, "tanh")), part(5));
}

}  // namespace easel::inference::wan
