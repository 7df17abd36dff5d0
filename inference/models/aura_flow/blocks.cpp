#include "inference/models/aura_flow/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"

#include <string>
#include <vector>

namespace easel::inference::aura_flow {
namespace {

constexpr int64_t head_size = 256;
constexpr double eps = 1e-5;

// What the numbers of a modulation are for, in their order.
enum Part : std::size_t { shift, scale, gate, mlp_shift, mlp_scale, mlp_gate };

// [batch, 1, dim] each.
std::vector<Tensor> parts_of(const Linear& modulation, const Tensor& c) {
    return modulation(c).unsqueeze(1).chunk(6, 2);
}

struct Qkv {
    Tensor q, k, v;  // [batch, heads, tokens, head size]
};

Qkv project(const Projections& projections, const Tensor& x) {
    const auto split = [&](const Linear& linear) { return split_heads(linear(x), linear.out_features() / head_size); };
    return {plain_layer_norm(split(projections.q), eps), plain_layer_norm(split(projections.k), eps),
            split(projections.v)};
}

Tensor before_attention(const Tensor& x, const std::vector<Tensor>& parts) {
    return modulate(plain_layer_norm(x, eps), parts[scale], parts[shift]);
}

// The sequence after its block: the feed forward reads the normalised sum of `x` and the gated attention, but adds to
// `x`.
Tensor after_attention(const Tensor& x, const Tensor& attended, const std::vector<Tensor>& parts, const Mlp& mlp) {
    const Tensor normed = plain_layer_norm(at::addcmul(x, parts[gate], attended), eps);
    return at::addcmul(x, parts[mlp_gate], mlp(modulate(normed, parts[mlp_scale], parts[mlp_shift])));
}

}  // namespace

Projections::Projections(const Weights& w, int stream)
    : q(w / ("w" + std::to_string(stream) + "q")), k(w / ("w" + std::to_string(stream) + "k")),
      v(w / ("w" + std::to_string(stream) + "v")), out(w / ("w" + std::to_string(stream) + "o")) {}

Mlp::Mlp(const Weights& w) : gate(w / "c_fc1"), value(w / "c_fc2"), out(w / "c_proj") {}

Tensor Mlp::operator()(const Tensor& x) const { return out(at::silu(gate(x)) * value(x)); }

DoubleBlock::DoubleBlock(const Weights& w)
    : text_modulation(w / "modC" / 1), picture_modulation(w / "modX" / 1), text_attention(w / "attn", 1),
      picture_attention(w / "attn", 2), text_mlp(w / "mlpC"), picture_mlp(w / "mlpX") {}

void DoubleBlock::operator()(Tensor& text, Tensor& picture, const Tensor& c) const {
    const std::vector<Tensor> of_text = parts_of(text_modulation, c), of_picture = parts_of(picture_modulation, c);
    const Qkv t = project(text_attention, before_attention(text, of_text));
    const Qkv p = project(picture_attention, before_attention(picture, of_picture));
    const Tensor attended =
        merge_heads(attention(at::cat({t.q, p.q}, 2), at::cat({t.k, p.k}, 2), at::cat({t.v, p.v}, 2)));
    const int64_t text_count = text.size(1), picture_count = picture.size(1);
    text = after_attention(text, text_attention.out(attended.narrow(1, 0, text_count)), of_text, text_mlp);
    picture = after_attention(picture, picture_attention.out(attended.narrow(1, text_count, picture_count)), of_picture,
                              picture_mlp);
}

SingleBlock::SingleBlock(const Weights& w) : modulation(w / "modCX" / 1), attention(w / "attn", 1), mlp(w / "mlp") {}

Tensor SingleBlock::operator()(const Tensor& x, const Tensor& c) const {
    const std::vector<Tensor> parts = parts_of(modulation, c);
    const Qkv all = project(attention, before_attention(x, parts));
    const Tensor attended = merge_heads(inference::attention(all.q, all.k, all.v));
    return after_attention(x, attention.out(attended), parts, mlp);
}

}  // namespace easel::inference::aura_flow
