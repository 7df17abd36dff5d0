#include "inference/models/pixart/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"

#include <vector>

namespace easel::inference::pixart {
namespace {

constexpr int64_t heads = 16;

// What the numbers of a modulation are for, in their order.
enum Part : std::size_t { shift, scale, gate, mlp_shift, mlp_scale, mlp_gate };

}  // namespace

Block::Block(const Weights& w)
    : qkv(w / "attn" / "qkv"), self_out(w / "attn" / "proj"), q(w / "cross_attn" / "q_linear"),
      kv(w / "cross_attn" / "kv_linear"), cross_out(w / "cross_attn" / "proj"), mlp(w / "mlp"),
      table(w["scale_shift_table"]) {}

Tensor Block::operator()(Tensor x, const Tensor& text, const Tensor& modulation) const {
    const std::vector<Tensor> parts = (table.like(x) + modulation).chunk(6, 1);  // [batch, 1, dim] each
    const std::vector<Tensor> own = qkv(modulate(plain_layer_norm(x), parts[scale], parts[shift])).chunk(3, 2);
    x = at::addcmul(x, parts[gate], self_out(attention(own[0], own[1], own[2], heads)));
    const std::vector<Tensor> prompt = kv(text).chunk(2, 2);
    x = x + cross_out(attention(q(x), prompt[0], prompt[1], heads));
    return at::addcmul(x, parts[mlp_gate], mlp(modulate(plain_layer_norm(x), parts[mlp_scale], parts[mlp_shift])));
}

}  // namespace easel::inference::pixart
