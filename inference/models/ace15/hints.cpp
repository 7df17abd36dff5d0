#include "inference/models/ace15/hints.hpp"

namespace easel::inference::ace15 {
namespace {

// How many steps each of a code's scales has.
Tensor levels(const at::TensorOptions& options) { return at::tensor({8.0f, 8.0f, 8.0f, 5.0f, 5.0f, 5.0f}).to(options); }

}  // namespace

Tensor Codes::vectors(const Tensor& codes, at::ScalarType dtype) const {
    const Tensor steps = levels(codes.options());  // int64
    const Tensor units = at::cat({at::ones({1}, codes.options()), steps.slice(0, 0, -1).cumprod(0)});
    const Tensor digits = at::remainder(at::div(codes.unsqueeze(-1), units, "floor"), steps).to(at::kFloat);
    const Tensor on_scales = digits * (2.0 / (steps.to(at::kFloat) - 1.0)) - 1.0;
    return out_(on_scales.to(dtype));
}

Tensor Codes::rounded(const Tensor& x) const {
    const Tensor steps = levels(x.options()) - 1.0, reach = 1.0 + 1.0 / steps;
    const Tensor z = (in_(x) / reach).tanh() * reach;
    const Tensor digits = (steps * (z.tanh() + 1.0) / 2.0 + 0.5).floor();
    return out_(2.0 / steps * digits - 1.0);
}

Tokenizer::Tokenizer(const Weights& w)
    : in_(w / "audio_acoustic_proj"), pool_in_(w / "attention_pooler" / "embed_tokens"),
      special_(w["attention_pooler.special_token"]), pool_(w / "attention_pooler"), codes_(w / "quantizer") {}

Tensor Tokenizer::operator()(const Tensor& music) const {
    const int64_t rest = music.size(1) % moments_per_code;
    const Tensor whole = rest == 0 ? music : at::constant_pad_nd(music, {0, 0, 0, moments_per_code - rest});
    const int64_t batch = whole.size(0), count = whole.size(1) / moments_per_code;
    const Tensor moments = pool_in_(in_(whole)).unflatten(1, {count, moments_per_code});  // [batch, count, 5, dim]
    const Tensor special = special_.like(moments).expand({batch, count, 1, -1});
    const Tensor pooled = pool_(at::cat({special, moments}, 2).flatten(0, 1)).select(1, 0);
    return codes_.rounded(pooled.unflatten(0, {batch, count}));
}

Detokenizer::Detokenizer(const Weights& w)
    : in_(w / "embed_tokens"), out_(w / "proj_out"), specials_(w["special_tokens"]), layers_(w) {}

Tensor Detokenizer::operator()(const Tensor& tokens) const {
    const Tensor spread = in_(tokens).unsqueeze(2) + specials_.like(tokens).unsqueeze(0);  // [batch, count, 5, dim]
    const Tensor moments = out_(layers_(spread.flatten(0, 1)));
    return moments.unflatten(0, {tokens.size(0), tokens.size(1)}).flatten(1, 2);
}

}  // namespace easel::inference::ace15
