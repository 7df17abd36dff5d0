#include "inference/models/ace/lyric_encoder.hpp"

#include "inference/layers/attention.hpp"
#include "inference/weights/blocks_of.hpp"

#include <cmath>

namespace easel::inference::ace {
namespace {

// Distances count - 1, ..., 0, ..., 1 - count at `dim` / 2 frequencies, sine and cosine in turn: [1, 2 count - 1, dim].
Tensor distances(int64_t count, int64_t dim) {
    const Tensor distance = at::arange(count - 1, -count, -1, at::kFloat).unsqueeze(1);
    const Tensor frequency =
        at::exp(at::arange(0, dim, 2, at::kFloat) * -(std::log(10000.0) / static_cast<double>(dim)));
    const Tensor angle = distance * frequency;
    return at::stack({angle.sin(), angle.cos()}, -1).flatten(1).unsqueeze(0);
}

// Scores by distance [batch, heads, tokens, 2 tokens - 1] as scores by token [batch, heads, tokens, tokens].
Tensor by_token(const Tensor& scores) {
    const int64_t tokens = scores.size(2), places = scores.size(3);
    const Tensor padded =
        at::constant_pad_nd(scores, {1, 0}).view({scores.size(0), scores.size(1), places + 1, tokens});
    return padded.slice(2, 1).reshape(scores.sizes()).narrow(3, 0, tokens);
}

}  // namespace

LyricEncoder::Layer::Layer(const Weights& w)
    : norm_attention(w / "norm_mha"), norm_feed(w / "norm_ff"), q(w / "self_attn" / "linear_q"),
      k(w / "self_attn" / "linear_k"), v(w / "self_attn" / "linear_v"), out(w / "self_attn" / "linear_out"),
      place(w / "self_attn" / "linear_pos"), content_bias(w["self_attn.pos_bias_u"]),
      place_bias(w["self_attn.pos_bias_v"]), widen(w / "feed_forward" / "w_1"), narrow(w / "feed_forward" / "w_2") {}

Tensor LyricEncoder::Layer::attention(const Tensor& x, const Tensor& places) const {
    const int64_t heads = content_bias.size(0), size = content_bias.size(1);
    const Tensor queries = q(x).unflatten(2, {heads, size});  // [batch, tokens, heads, head]
    const Tensor keys = split_heads(k(x), heads), values = split_heads(v(x), heads);
    const Tensor far = split_heads(place(places), heads);
    const Tensor content = at::matmul((queries + content_bias.like(x)).transpose(1, 2), keys.transpose(-2, -1));
    const Tensor distance = at::matmul((queries + place_bias.like(x)).transpose(1, 2), far.transpose(-2, -1));
    const Tensor scores = (content + by_token(distance.contiguous())) / std::sqrt(static_cast<double>(size));
    return out(merge_heads(at::matmul(scores.softmax(-1), values)));
}

Tensor LyricEncoder::Layer::operator()(const Tensor& x, const Tensor& places) const {
    const Tensor h = x + attention(norm_attention(x), places);
    return h + narrow(at::silu(widen(norm_feed(h))));
}

LyricEncoder::LyricEncoder(const Weights& w, const Weights& embeddings)
    : weights_(w), words_(embeddings), in_(w / "embed" / "out" / 0), norm_in_(w / "embed" / "out" / 1),
      norm_out_(w / "after_norm") {
    layers_ = blocks_of<Layer>(w / "encoders");
}

Tensor LyricEncoder::operator()(const Tensor& tokens) const {
    const at::ScalarType dtype = weights_.compute_dtype();
    const auto dim = static_cast<double>(in_.out_features());
    Tensor x = norm_in_(in_(words_(tokens, dtype))) * std::sqrt(dim);
    const Tensor places = distances(x.size(1), x.size(2)).to(x.options());
    for (const Layer& layer : layers_)
        x = layer(x, places);
    return norm_out_(x);
}

}  // namespace easel::inference::ace
