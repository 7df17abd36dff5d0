#include "inference/models/triposplat/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"

#include <algorithm>
#include <numbers>

namespace easel::inference::triposplat {
namespace {

constexpr double norm_eps = 1e-6;

// Pairs (0, 1), (2, 3), ... of each head, in float32.
Tensor turned(const Tensor& x, const Turn& turn) {
    const Tensor pairs = x.to(at::kFloat).unflatten(-1, {-1, 2});
    const Tensor first = pairs.select(-1, 0), second = pairs.select(-1, 1);
    return at::stack({first * turn.cos - second * turn.sin, first * turn.sin + second * turn.cos}, -1)
        .flatten(-2)
        .to(x.scalar_type());
}

std::optional<LayerNorm> maybe_norm(const Weights& w) {
    return w.contains("weight") ? std::make_optional<LayerNorm>(w, norm_eps) : std::nullopt;
}

}  // namespace

Tensor HeadNorm::operator()(const Tensor& x) const {
    return at::rms_norm(x, {x.size(-1)}, {}, norm_eps) * gamma.like(x);
}

Tensor attend(const Tensor& q, const Tensor& k, const Tensor& v) {
    return merge_heads(attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)));
}

ContentRope::ContentRope(const Weights& w)
    : norm(w / "norm"), gate(w / "gate_map"), content(w / "content_map"), places(w / "final_map"),
      frequencies{w["freqs_0"], w["freqs_1"], w["freqs_2"]} {}

Turn ContentRope::operator()(const Tensor& x, int64_t heads) const {
    const Tensor normed = norm(x);
    const Tensor found = places(at::silu(gate(normed)) * content(normed)).unflatten(-1, {heads, 3});
    std::vector<Tensor> angles;
    for (std::size_t axis = 0; axis < 3; ++axis)
        angles.push_back(found.select(-1, static_cast<int64_t>(axis)).unsqueeze(-1) *
                         frequencies[axis].as(at::kFloat, x.device()) * std::numbers::pi);
    const Tensor all = at::cat(angles, -1);
    return {.cos = all.cos(), .sin = all.sin()};
}

SelfAttention::SelfAttention(const Weights& w)
    : qkv(w / "qkv"), out(w / "out"), q_norm(w / "q_norm"), k_norm(w / "k_norm") {}

Tensor SelfAttention::operator()(const Tensor& x, const Turn& turn) const {
    const auto parts = qkv(x).unflatten(-1, {3, q_norm.heads(), -1}).unbind(2);
    return out(attend(q_norm(turned(parts[0], turn)), k_norm(turned(parts[1], turn)), parts[2]));
}

Block::Block(const Weights& w, const Weights& rope_weights)
    : norm1(maybe_norm(w / "norm1")), norm2(maybe_norm(w / "norm2")), attention(w / "attn"), mlp(w / "mlp" / "mlp"),
      table(w.maybe("shift_table")), rope(rope_weights) {}

Tensor Block::operator()(const Tensor& x, const Tensor& time) const {
    const Turn turn = rope(x, attention.q_norm.heads());
    if (norm1) {
        const Tensor y = x + attention((*norm1)(x), turn);
        return y + mlp((*norm2)(y));
    }
    const auto steer = (time + table.like(time)).unsqueeze(1).chunk(6, -1);  // shift, scale, gate; twice
    const Tensor seen = modulate(plain_layer_norm(x, norm_eps), steer[1], steer[0]);
    const Tensor y = at::addcmul(x, attention(seen, turn), steer[2]);
    return at::addcmul(y, mlp(modulate(plain_layer_norm(y, norm_eps), steer[4], steer[3])), steer[5]);
}

Tensor place_embedding(const Tensor& places, int64_t channels, PlaceFrequencies frequencies) {
    const int64_t count = channels / places.size(-1) / 2;
    const auto options = places.options().dtype(at::kFloat);
    Tensor factors;
    if (frequencies == PlaceFrequencies::powers) {
        constexpr int64_t octaves = 16;
        const int64_t between = std::max<int64_t>(0, count - octaves);
        const Tensor exponents =
            at::cat({at::arange(octaves, options), at::arange(between, options) /
                                                       static_cast<double>(std::max<int64_t>(between, 1)) *
                                                       static_cast<double>(octaves)});
        factors = at::pow(2.0, exponents.slice(0, 0, count)) * 2.0;
    } else {
        factors = at::pow(2.0, at::linspace(0.0, 10.0, count, options));
    }
    const Tensor angles = places.to(at::kFloat).unsqueeze(-1) * factors * std::numbers::pi;
    const Tensor waves = at::cat({angles.sin(), angles.cos()}, -1).flatten(-2);
    return at::constant_pad_nd(waves, {0, channels - waves.size(-1)});
}

}  // namespace easel::inference::triposplat
