#include "inference/models/sd/blocks.hpp"

#include "inference/layers/attention.hpp"

namespace easel::inference::sd {
namespace {

constexpr int64_t sd1_heads = 8, later_head_size = 64;

int64_t heads_of(const Weights& w) {
    const Weight in = w["proj_in.weight"];
    return in.shape().size() == 4 ? sd1_heads : in.size(0) / later_head_size;
}

// The matrix of a linear layer or of a 1x1 convolution.
Tensor as_matrix(const Weight& weight, const Tensor& x) { return weight.like(x).flatten(1); }

}  // namespace

ResBlock::ResBlock(const Weights& w)
    : in_norm(w / "in_layers" / 0), out_norm(w / "out_layers" / 0), in_conv(w / "in_layers" / 2),
      out_conv(w / "out_layers" / 3), time(w / "emb_layers" / 1) {
    if (w.has_part("skip_connection")) skip.emplace(w / "skip_connection");
}

Tensor ResBlock::operator()(const Tensor& x, const Tensor& time_embedding) const {
    Tensor h = in_conv(at::silu(in_norm(x)));
    h = h + time(time_embedding).unsqueeze(-1).unsqueeze(-1);
    h = out_conv(at::silu(out_norm(h)));
    return (skip ? (*skip)(x) : x) + h;
}

CrossAttention::CrossAttention(const Weights& w, int64_t heads_)
    : q(w / "to_q"), k(w / "to_k"), v(w / "to_v"), out(w / "to_out" / 0), heads(heads_) {}

Tensor CrossAttention::operator()(const Tensor& x, const Tensor& context) const {
    return out(attention(q(x), k(context), v(context), heads));
}

FeedForward::FeedForward(const Weights& w) : in(w / "net" / 0 / "proj"), out(w / "net" / 2) {}

Tensor FeedForward::operator()(const Tensor& x) const {
    const std::vector<Tensor> parts = in(x).chunk(2, -1);  // values, gates
    return out(parts[0] * at::gelu(parts[1]));
}

TransformerBlock::TransformerBlock(const Weights& w, int64_t heads)
    : norm1(w / "norm1"), norm2(w / "norm2"), norm3(w / "norm3"), self(w / "attn1", heads), cross(w / "attn2", heads),
      ff(w / "ff") {}

Tensor TransformerBlock::operator()(Tensor x, const Tensor& context) const {
    const Tensor own = norm1(x);
    x = x + self(own, own);
    x = x + cross(norm2(x), context);
    return x + ff(norm3(x));
}

SpatialTransformer::SpatialTransformer(const Weights& w)
    : norm(w / "norm", 1e-6), in_weight(w["proj_in.weight"]), in_bias(w["proj_in.bias"]),
      out_weight(w["proj_out.weight"]), out_bias(w["proj_out.bias"]) {
    for (int64_t i = 0; i < w.count("transformer_blocks"); ++i)
        blocks.emplace_back(w / "transformer_blocks" / i, heads_of(w));
}

Tensor SpatialTransformer::operator()(const Tensor& x, const Tensor& context) const {
    const int64_t height = x.size(2), width = x.size(3);
    Tensor tokens = norm(x).permute({0, 2, 3, 1}).flatten(1, 2);  // [batch, height * width, channels]
    tokens = at::linear(tokens, as_matrix(in_weight, x), in_bias.like(x));
    for (const TransformerBlock& block : blocks)
        tokens = block(tokens, context);
    tokens = at::linear(tokens, as_matrix(out_weight, x), out_bias.like(x));
    return x + tokens.unflatten(1, {height, width}).permute({0, 3, 1, 2});
}

Stage::Stage(const Weights& w) {
    for (int64_t i = 0; i < w.count(); ++i) {
        const Weights part = w / i;
        if (part.contains("weight")) conv.emplace(part);
        if (part.has_part("op")) conv.emplace(part / "op", 2, 1);
        if (part.has_part("in_layers")) res.emplace(part);
        if (part.has_part("transformer_blocks")) transformer.emplace(part);
        if (part.has_part("conv")) up.emplace(part / "conv");
    }
}

Tensor Stage::operator()(Tensor x, const Tensor& time_embedding, const Tensor& context, at::IntArrayRef size) const {
    if (conv) x = (*conv)(x);
    if (res) x = (*res)(x, time_embedding);
    if (transformer) x = (*transformer)(x, context);
    if (up) x = (*up)(at::upsample_nearest2d(x, size));
    return x;
}

}  // namespace easel::inference::sd
