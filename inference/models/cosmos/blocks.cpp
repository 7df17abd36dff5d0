#include "inference/models/cosmos/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"

namespace easel::inference::cosmos {
namespace {

// Adds what `function` makes of x, scaled, shifted and gated.
template <class Function>
Tensor stepped(const Tensor& x, const Tensor& values, const Function& function) {
    const auto parts = spread_to_tokens(values, x.size(1)).chunk(3, -1);  // shift, scale, gate
    return at::addcmul(x, parts[2], function(modulate(plain_layer_norm(x, eps), parts[1], parts[0])));
}

}  // namespace

Tensor Modulation::operator()(const Time& time) const {
    const Tensor own = wide(narrow(at::silu(time.embedding)));
    return own + time.shared.narrow(-1, 0, own.size(-1));
}

Tensor spread_to_tokens(const Tensor& values, int64_t tokens) {
    return values.size(1) == 1 ? values : values.repeat_interleave(tokens / values.size(1), 1);
}

Attention::Attention(const Weights& w, int64_t head_size_)
    : q(w / "q_proj"), k(w / "k_proj"), v(w / "v_proj"), out(w.has_part("o_proj") ? w / "o_proj" : w / "output_proj"),
      norm_q(w / "q_norm", eps), norm_k(w / "k_norm", eps), heads(q.out_features() / head_size_) {}

Tensor Attention::operator()(const AttentionInput& input, const Rope* rope) const {
    Tensor queries = norm_q(split_heads(q(input.x), heads)), keys = norm_k(split_heads(k(input.context), heads));
    if (rope) {
        queries = rotate_halves(queries, *rope);
        keys = rotate_halves(keys, *rope);
    }
    return out(merge_heads(attention(queries, keys, split_heads(v(input.value), heads))));
}

Block::Block(const Weights& w)
    : self_modulation(w / "adaln_modulation_self_attn"), cross_modulation(w / "adaln_modulation_cross_attn"),
      mlp_modulation(w / "adaln_modulation_mlp"), self(w / "self_attn", head_size), cross(w / "cross_attn", head_size),
      mlp_in(w / "mlp" / "layer1"), mlp_out(w / "mlp" / "layer2") {}

Tensor Block::operator()(Tensor x, const Time& time, const Tensor& context, const Rope& rope,
                         const PatchPlace& place) const {
    const NetworkPatches& patches = patches_of(place.input);
    x = stepped(x, self_modulation(time), [&](const Tensor& h) {
        return self(patched(patches.self_input, {h, h, h}, place), &rope);
    });
    x = stepped(x, cross_modulation(time), [&](const Tensor& h) {
        return cross(patched(patches.cross_input, {h, context, context}, place), nullptr);
    });
    return stepped(x, mlp_modulation(time), [&](const Tensor& h) {
        return mlp_out(at::gelu(mlp_in(patched(patches.feed_forward_input, h, place))));
    });
}

}  // namespace easel::inference::cosmos
