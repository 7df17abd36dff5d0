#include "inference/models/krea2/blocks.hpp"

#include "inference/layers/attention.hpp"

#include <array>
#include <utility>

namespace easel::inference::krea2 {
namespace {

constexpr double eps = 1e-5;

// Scale, shift and gate of one half of a block, for each token: [batch, 1 or tokens, dim].
using Half = std::array<Tensor, 3>;

std::pair<Half, Half> halves(const Tensor& own, const Modulations& time, int64_t tokens) {
    Tensor values = time.of_picture + own;
    if (time.of_references.defined()) {
        const Tensor references = time.of_references + own;
        values = at::cat({values.expand({-1, time.first_reference, -1}),
                          references.expand({-1, tokens - time.first_reference, -1})},
                         1);
    }
    const auto parts = values.chunk(6, -1);
    return {{parts[0], parts[1], parts[2]}, {parts[3], parts[4], parts[5]}};
}

Tensor modulated(const Tensor& x, const Half& half) { return at::addcmul(half[1], x, half[0] + 1.0); }

}  // namespace

Tensor Norm::operator()(const Tensor& x) const {
    return at::rms_norm(x.to(at::kFloat), scale.shape(), scale.as(at::kFloat, x.device()) + 1.0, eps)
        .to(x.scalar_type());
}

Attention::Attention(const Weights& w, int64_t heads_, int64_t key_heads_)
    : q(w / "wq"), k(w / "wk"), v(w / "wv"), gate(w / "gate"), out(w / "wo"), q_norm(w / "qknorm" / "qnorm"),
      k_norm(w / "qknorm" / "knorm"), heads(heads_), key_heads(key_heads_) {}

Tensor Attention::operator()(const Tensor& x, const Rope* rope, const PatchPlace* place) const {
    Tensor queries = q_norm(split_heads(q(x), heads)), keys = k_norm(split_heads(k(x), key_heads));
    Tensor values = split_heads(v(x), key_heads);
    if (rope != nullptr) {
        queries = rotate_pairs(queries, *rope);
        keys = rotate_pairs(keys, *rope);
    }
    if (heads != key_heads) {
        keys = keys.repeat_interleave(heads / key_heads, 1);
        values = values.repeat_interleave(heads / key_heads, 1);
    }
    Tensor seen = merge_heads(easel::inference::attention(queries, keys, values));
    if (place != nullptr) seen = patched_attention_output(std::move(seen), *place);
    return out(seen * gate(x).sigmoid());
}

TextBlock::TextBlock(const Weights& w, int64_t heads)
    : before_attention(w / "prenorm"), before_mlp(w / "postnorm"), attention(w / "attn", heads, heads),
      mlp(w / "mlp") {}

Tensor TextBlock::operator()(const Tensor& x) const {
    const Tensor attended = x + attention(before_attention(x), nullptr, nullptr);
    return attended + mlp(before_mlp(attended));
}

Block::Block(const Weights& w, int64_t head_size)
    : modulation(w["mod.lin"]), before_attention(w / "prenorm"), before_mlp(w / "postnorm"),
      attention(w / "attn", w["attn.wq.weight"].size(0) / head_size, w["attn.wk.weight"].size(0) / head_size),
      mlp(w / "mlp") {}

Tensor Block::operator()(const Tensor& x, const Modulations& time, const Rope& rope, const PatchPlace& place) const {
    const auto [first, second] = halves(modulation.like(x), time, x.size(1));
    const Tensor attended =
        at::addcmul(x, first[2], attention(modulated(before_attention(x), first), &rope, &place));
    return at::addcmul(attended, second[2], mlp(modulated(before_mlp(attended), second)));
}

}  // namespace easel::inference::krea2
