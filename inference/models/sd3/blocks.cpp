#include "inference/models/sd3/blocks.hpp"

#include "base/error.hpp"
#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"

#include <cmath>
#include <string>

namespace easel::inference::sd3 {
namespace {

constexpr int64_t head_size = 64, pixels_per_cell = 8;

// What the numbers of a modulation are for, in their order.
enum Part : std::size_t { shift, scale, gate, mlp_shift, mlp_scale, mlp_gate, own_shift, own_scale, own_gate };

Tensor gated(const Tensor& x, const Tensor& gate, const Tensor& change) { return at::addcmul(x, gate, change); }

}  // namespace

Tensor PositionTable::operator()(int64_t rows, int64_t columns, at::ScalarType dtype, at::Device device) const {
    const auto side = static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(table.size(1)))));
    if (rows > side || columns > side) {
        const std::string limit = std::to_string(side * patch * pixels_per_cell);
        throw UserError("the picture is too large for this model, whose positions end at " + limit + " x " + limit +
                        " pixels");
    }
    const Tensor row = at::arange((side - rows) / 2, (side - rows) / 2 + rows, at::kLong);
    const Tensor column = at::arange((side - columns) / 2, (side - columns) / 2 + columns, at::kLong);
    const Tensor index = (row.unsqueeze(1) * side + column.unsqueeze(0)).flatten();
    return table.rows(index.to(device), dtype).unsqueeze(0);
}

Projections::Projections(const Weights& w) : qkv(w / "qkv") {
    if (w.has_part("proj")) out.emplace(w / "proj");
    if (w.has_part("ln_q")) q_norm.emplace(w / "ln_q", 1e-6);
    if (w.has_part("ln_k")) k_norm.emplace(w / "ln_k", 1e-6);
}

Qkv Projections::operator()(const Tensor& x) const {
    const int64_t heads = qkv.out_features() / 3 / head_size;
    const Tensor all = qkv(x).view({x.size(0), x.size(1), 3, heads, head_size}).permute({2, 0, 3, 1, 4});
    const Tensor q = all[0], k = all[1];
    return {q_norm ? (*q_norm)(q) : q, k_norm ? (*k_norm)(k) : k, all[2]};
}

Mlp::Mlp(const Weights& w) : in(w / "fc1"), out(w / "fc2") {}

Tensor Mlp::operator()(const Tensor& x) const { return out(at::gelu(in(x), "tanh")); }

Stream::Stream(const Weights& w) : modulation(w / "adaLN_modulation" / 1), joint(w / "attn") {
    if (w.has_part("attn2")) own.emplace(w / "attn2");
    if (w.has_part("mlp")) mlp.emplace(w / "mlp");
}

Stream::Before Stream::before(const Tensor& x, const Tensor& c) const {
    Before result;
    result.modulation = modulation(c).unsqueeze(1).chunk(modulation.out_features() / x.size(2), 2);
    const std::vector<Tensor>& parts = result.modulation;
    const Tensor normed = plain_layer_norm(x);
    result.joint = joint(modulate(normed, parts[scale], parts[shift]));
    if (own) result.own = (*own)(modulate(normed, parts[own_scale], parts[own_shift]));
    return result;
}

Tensor Stream::alone(const Tensor& x, const Tensor& c) const {
    const Before own_part = before(x, c);
    const Qkv& qkv = own_part.joint;
    return after(x, own_part, merge_heads(attention(qkv.q, qkv.k, qkv.v)));
}

Tensor Stream::after(const Tensor& x, const Before& before, const Tensor& attended) const {
    const std::vector<Tensor>& parts = before.modulation;
    Tensor result = gated(x, parts[gate], (*joint.out)(attended));
    if (own) {
        const Tensor alone = merge_heads(attention(before.own.q, before.own.k, before.own.v));
        result = gated(result, parts[own_gate], (*own->out)(alone));
    }
    const Tensor normed = modulate(plain_layer_norm(result), parts[mlp_scale], parts[mlp_shift]);
    return gated(result, parts[mlp_gate], (*mlp)(normed));
}

JointBlock::JointBlock(const Weights& w) : text(w / "context_block"), picture(w / "x_block") {}

void JointBlock::operator()(Tensor& text_tokens, Tensor& picture_tokens, const Tensor& c) const {
    const Stream::Before of_text = text.before(text_tokens, c), of_picture = picture.before(picture_tokens, c);
    const Qkv &t = of_text.joint, &p = of_picture.joint;
    const Tensor attended = merge_heads(
        attention(at::cat({t.q, p.q}, 2), at::cat({t.k, p.k}, 2), at::cat({t.v, p.v}, 2)));
    const int64_t text_count = text_tokens.size(1), picture_count = picture_tokens.size(1);
    picture_tokens = picture.after(picture_tokens, of_picture, attended.narrow(1, text_count, picture_count));
    text_tokens = text.mlp ? text.after(text_tokens, of_text, attended.narrow(1, 0, text_count)) : Tensor();
}

}  // namespace easel::inference::sd3
