#include "inference/text/depth_decoder.hpp"

#include "inference/layers/attention.hpp"

#include <ATen/ops/scaled_dot_product_attention.h>

namespace easel::inference {
namespace {

constexpr double depth_eps = 1e-6;
constexpr int64_t depth_heads = 16;

}  // namespace

DepthDecoder::Layer::Layer(const Weights& w)
    : before_attention(w / "input_layernorm", depth_eps),
      before_feed_forward(w / "post_attention_layernorm", depth_eps), q(w / "self_attn" / "q_proj"),
      k(w / "self_attn" / "k_proj"), v(w / "self_attn" / "v_proj"), out(w / "self_attn" / "o_proj"),
      gate(w / "mlp" / "gate_proj"), up(w / "mlp" / "up_proj"), down(w / "mlp" / "down_proj") {}

Tensor DepthDecoder::Layer::operator()(const Tensor& x) const {
    const Tensor normal = before_attention(x);
    const auto heads = [&](const Linear& layer) { return split_heads(layer(normal), depth_heads); };
    const Tensor middle =
        x + out(merge_heads(at::scaled_dot_product_attention(heads(q), heads(k), heads(v), {}, 0.0, true)));
    const Tensor seen = before_feed_forward(middle);
    return middle + down(at::silu(gate(seen)) * up(seen));
}

DepthDecoder::DepthDecoder(const Weights& w)
    : projection_(w / "projection"), positions_(w["pos_embedding.weight"]), norm_(w / "norm", depth_eps) {
    for (int64_t i = 0; i < w.count("layers"); ++i)
        layers_.emplace_back(w / "layers" / i);
    for (int64_t i = 0; i < w.count("audio_heads"); ++i)
        heads_.emplace_back(w / "audio_heads" / i);
    if (heads_.empty()) throw ModelError(w.origin() + " has a decoder of codes without its heads");
}

Tensor DepthDecoder::operator()(const Tensor& tokens) const {
    Tensor x = tokens + positions_.like(tokens).narrow(0, 0, tokens.size(1));
    for (const Layer& layer : layers_)
        x = layer(x);
    return norm_(x).select(1, x.size(1) - 1);
}

}  // namespace easel::inference
