#include "inference/models/cosmos/text_adapter.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

namespace easel::inference::cosmos {
namespace {

constexpr int64_t adapter_head_size = 64, least_tokens = 512;

Rope rope_of(int64_t tokens, const Tensor& like) {
    const auto options = like.options().dtype(at::kFloat);
    const Tensor exponent = at::arange(0, adapter_head_size, 2, options) / static_cast<double>(adapter_head_size);
    const Tensor angle = at::outer(at::arange(tokens, options), at::pow(at::Scalar(10000.0), exponent).reciprocal());
    return {.cos = angle.cos(), .sin = angle.sin()};
}

}  // namespace

TextAdapter::Layer::Layer(const Weights& w)
    : norm_self(w / "norm_self_attn", eps), norm_cross(w / "norm_cross_attn", eps), norm_mlp(w / "norm_mlp", eps),
      self(w / "self_attn", adapter_head_size), cross(w / "cross_attn", adapter_head_size), mlp_in(w / "mlp" / 0),
      mlp_out(w / "mlp" / 2) {}

TextAdapter::TextAdapter(const Weights& w) : tokens_(w / "embed"), out_(w / "out_proj"), norm_(w / "norm", eps) {
    layers_ = blocks_of<Layer>(w / "blocks");
}

// Queries and keys are turned by the places of their own sequences.
Tensor TextAdapter::attend(const Attention& part, const Tensor& x, const Rope& rope, const Tensor& context,
                           const Rope& context_rope) {
    const Tensor queries = part.norm_q(split_heads(part.q(x), part.heads));
    const Tensor keys = part.norm_k(split_heads(part.k(context), part.heads));
    return part.out(merge_heads(attention(rotate_halves(queries, rope), rotate_halves(keys, context_rope),
                                          split_heads(part.v(context), part.heads))));
}

Tensor TextAdapter::operator()(const Tensor& features, const Tensor& ids, const Tensor& weights) const {
    Tensor x = tokens_(ids, features.scalar_type());
    const Rope rope = rope_of(x.size(1), x), features_rope = rope_of(features.size(1), x);
    for (const Layer& layer : layers_) {
        const Tensor own = layer.norm_self(x);
        x = x + attend(layer.self, own, rope, own, rope);
        x = x + attend(layer.cross, layer.norm_cross(x), rope, features, features_rope);
        x = x + layer.mlp_out(at::gelu(layer.mlp_in(layer.norm_mlp(x))));
    }
    x = norm_(out_(x));
    if (weights.defined()) x = x * weights.unsqueeze(-1).to(x.scalar_type());
    const int64_t missing = least_tokens - x.size(1);
    return missing > 0 ? at::constant_pad_nd(x, {0, 0, 0, missing}) : x;
}

}  // namespace easel::inference::cosmos
