#include "inference/models/ace15/layers.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <limits>

namespace easel::inference::ace15 {
namespace {

int64_t heads_of(const Linear& linear) { return linear.out_features() / head_size; }

// [batch, tokens, heads * head] as [batch, heads, tokens, head], normalised.
Tensor queries_of(const Linear& linear, const RmsNorm& norm, const Tensor& x) {
    return norm(linear(x).unflatten(2, {heads_of(linear), head_size})).transpose(1, 2);
}

Tensor values_of(const Linear& linear, const Tensor& x) { return split_heads(linear(x), heads_of(linear)); }

// Keys or values for as many heads as there are queries.
Tensor shared(const Tensor& heads, int64_t count) {
    return heads.size(1) == count ? heads : heads.repeat_interleave(count / heads.size(1), 1);
}

// What is added to scores so that tokens see no further than `window` to both sides.
Tensor window_mask(int64_t tokens, int64_t window, const Tensor& like) {
    const Tensor place = at::arange(tokens, like.options().dtype(at::kLong));
    const Tensor distance = (place.unsqueeze(1) - place.unsqueeze(0)).abs();
    const Tensor mask = at::zeros({tokens, tokens}, like.options());
    return mask.masked_fill(distance.gt(window), -std::numeric_limits<double>::infinity());
}

}  // namespace

Rope places_of(int64_t tokens, at::Device device) {
    constexpr double theta = 1000000.0;
    const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
    const Tensor exponent = at::arange(0, head_size, 2, options) / static_cast<double>(head_size);
    const Tensor angle = at::outer(at::arange(tokens, options), at::pow(at::Scalar(theta), exponent).reciprocal());
    return {.cos = angle.cos(), .sin = angle.sin()};
}

Attention::Attention(const Weights& w)
    : q(w / "q_proj"), k(w / "k_proj"), v(w / "v_proj"), out(w / "o_proj"), norm_q(w / "q_norm", eps),
      norm_k(w / "k_norm", eps) {}

Tensor Attention::operator()(const Tensor& x, const Rope& places, std::optional<int64_t> window) const {
    const int64_t heads = heads_of(q);
    const Tensor queries = rotate_halves(queries_of(q, norm_q, x), places);
    const Tensor keys = shared(rotate_halves(queries_of(k, norm_k, x), places), heads);
    const Tensor mask = window && x.size(1) > *window + 1 ? window_mask(x.size(1), *window, x) : Tensor();
    return out(merge_heads(attention(queries, keys, shared(values_of(v, x), heads), mask)));
}

Tensor Attention::to(const Tensor& x, const Tensor& context) const {
    const int64_t heads = heads_of(q);
    const Tensor keys = shared(queries_of(k, norm_k, context), heads);
    return out(merge_heads(attention(queries_of(q, norm_q, x), keys, shared(values_of(v, context), heads))));
}

EncoderLayer::EncoderLayer(const Weights& w)
    : norm_attention(w / "input_layernorm", eps), norm_feed(w / "post_attention_layernorm", eps),
      attention(w / "self_attn"), feed_forward(w / "mlp") {}

Tensor EncoderLayer::operator()(const Tensor& x, const Rope& places) const {
    const Tensor h = x + attention(norm_attention(x), places);
    return h + feed_forward(norm_feed(h));
}

Encoder::Encoder(const Weights& w) : layers_(blocks_of<EncoderLayer>(w / "layers")), norm_(w / "norm", eps) {}

Tensor Encoder::operator()(Tensor x) const {
    const Rope places = places_of(x.size(1), x.device());
    for (const EncoderLayer& layer : layers_)
        x = layer(x, places);
    return norm_(x);
}

DecoderLayer::DecoderLayer(const Weights& w, std::optional<int64_t> window_)
    : norm_self(w / "self_attn_norm", eps), norm_cross(w / "cross_attn_norm", eps), norm_feed(w / "mlp_norm", eps),
      self(w / "self_attn"), cross(w / "cross_attn"), feed_forward(w / "mlp"), table(w["scale_shift_table"]),
      window(window_) {}

Tensor DecoderLayer::operator()(const Tensor& input, const Tensor& time, const Tensor& context,
                                const Rope& places) const {
    const std::vector<Tensor> m = (table.like(input) + time).chunk(6, 1);  // [batch, 1, dim] each
    Tensor x = input + self(norm_self(input) * (1.0 + m[1]) + m[0], places, window) * m[2];
    x = x + cross.to(norm_cross(x), context);
    return x + feed_forward(norm_feed(x) * (1.0 + m[4]) + m[3]) * m[5];
}

}  // namespace easel::inference::ace15
