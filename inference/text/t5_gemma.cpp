#include "inference/text/t5_gemma.hpp"

#include "inference/layers/attention.hpp"

#include <cmath>
#include <limits>

namespace easel::inference {
namespace {

constexpr int64_t t5_gemma_head = 64;

// Every other layer sees only so many tokens around one.
Tensor t5_gemma_window(int64_t tokens, const Tensor& mask) {
    constexpr int64_t reach = 4096;
    if (tokens <= reach) return mask;
    const Tensor place = at::arange(tokens, mask.options().dtype(at::kLong));
    const Tensor far = (place.unsqueeze(0) - place.unsqueeze(1)).abs().gt(reach);
    return mask.masked_fill(far, std::numeric_limits<float>::lowest());
}

}  // namespace

Tensor T5Gemma::Norm::operator()(const Tensor& x) const {
    constexpr double eps = 1e-6;
    return at::rms_norm(x, {x.size(-1)}, weight.like(x) + 1.0, eps);
}

T5Gemma::Layer::Layer(const Weights& w)
    : before_attention(w / "pre_self_attn_layernorm"), behind_attention(w / "post_self_attn_layernorm"),
      before_feed_forward(w / "pre_feedforward_layernorm"), behind_feed_forward(w / "post_feedforward_layernorm"),
      q(w / "self_attn" / "q_proj"), k(w / "self_attn" / "k_proj"), v(w / "self_attn" / "v_proj"),
      o(w / "self_attn" / "o_proj"), gate(w / "mlp" / "gate_proj"), up(w / "mlp" / "up_proj"),
      down(w / "mlp" / "down_proj") {}

// Scores are bent so that none passes the cap.
Tensor T5Gemma::Layer::attend(const Tensor& x, const Tensor& mask, const Rope& rope) const {
    constexpr double cap = 50.0;
    const int64_t heads = q.out_features() / t5_gemma_head, key_heads = k.out_features() / t5_gemma_head;
    const auto shared = [&](const Tensor& part) {
        return heads == key_heads ? part : part.repeat_interleave(heads / key_heads, 1);
    };
    const Tensor queries = rotate_halves(split_heads(q(x), heads), rope) * (1.0 / std::sqrt(double(t5_gemma_head)));
    const Tensor keys = shared(rotate_halves(split_heads(k(x), key_heads), rope));
    const Tensor scores = (at::matmul(queries, keys.transpose(-2, -1)) / cap).tanh() * cap + mask.to(x.scalar_type());
    const Tensor weights = at::softmax(scores.to(at::kFloat), -1).to(x.scalar_type());
    return o(merge_heads(at::matmul(weights, shared(split_heads(v(x), key_heads)))));
}

Tensor T5Gemma::Layer::operator()(const Tensor& x, const Tensor& mask, const Rope& rope) const {
    const Tensor attended = x + behind_attention(attend(before_attention(x), mask, rope));
    const Tensor seen = before_feed_forward(attended);
    return attended + behind_feed_forward(down(at::gelu(gate(seen), "tanh") * up(seen)));
}

T5Gemma::T5Gemma(const Weights& w) : tokens_(w / "embed_tokens"), norm_(w / "norm") {
    for (int64_t i = 0; i < w.count("layers"); ++i)
        layers_.emplace_back(w / "layers" / i);
}

Tensor T5Gemma::embed(const Tensor& ids) const { return tokens_(ids, at::kFloat) * std::sqrt(double(dim())); }

Tensor T5Gemma::operator()(const Tensor& embeddings, const Tensor& mask, std::optional<int> layer) const {
    const int64_t tokens = embeddings.size(1);
    const auto options = embeddings.options().dtype(at::kFloat);
    const Tensor exponent = at::arange(0, t5_gemma_head, 2, options) / double(t5_gemma_head);
    const Tensor angle = at::outer(at::arange(tokens, options), at::pow(at::Scalar(10000.0), exponent).reciprocal());
    const Rope rope{.cos = angle.cos(), .sin = angle.sin()};
    const Tensor unseen = at::zeros({mask.size(0), 1, 1, tokens}, options)
                              .masked_fill(mask.to(embeddings.device()).eq(0).view({-1, 1, 1, tokens}),
                                           std::numeric_limits<float>::lowest());
    const Tensor near = t5_gemma_window(tokens, unseen);
    const int64_t wanted = layer ? (*layer < 0 ? layer_count() + *layer : *layer) : layer_count() - 1;
    Tensor x = embeddings;
    for (int64_t i = 0; i <= wanted; ++i)
        x = layers_[static_cast<std::size_t>(i)](x, i % 2 == 0 ? near : unseen, rope);
    return norm_(x);
}

}  // namespace easel::inference
