#include "inference/models/minimax_h3/blocks.hpp"

#include "inference/layers/attention.hpp"

#include <ATen/ops/rms_norm.h>

namespace easel::inference::minimax_h3 {
namespace {

// What steers a run of tokens: [dim] or [tokens, dim].
Tensor steer(const Tensor& table, const Steered& steered, at::ScalarType dtype) {
    return (steered.rows.defined() ? table.index_select(0, steered.rows) : table[steered.row]).to(dtype);
}

Tensor part_of(const Tensor& x, const Steered& steered) { return x.slice(0, steered.begin, steered.end); }

// `x` is changed: it is the caller's own.
Tensor scaled_and_shifted(Tensor x, const Tensor& scale, const Tensor& shift, const Steering& steering) {
    for (const Steered& steered : steering)
        part_of(x, steered)
            .mul_(1.0 + steer(scale, steered, x.scalar_type()))
            .add_(steer(shift, steered, x.scalar_type()));
    return x;
}

Tensor with_gated(const Tensor& x, const Tensor& added, const Tensor& gate, const Steering& steering) {
    Tensor sum = x.clone();
    for (const Steered& steered : steering)
        part_of(sum, steered).addcmul_(part_of(added, steered), steer(gate, steered, x.scalar_type()));
    return sum;
}

// Turns the first part of each head, as far as there are angles.
Tensor turned(const Tensor& heads, const Rope* places) {
    if (places == nullptr) return heads;
    const int64_t size = 2 * places->cos.size(-1);
    if (size == heads.size(-1)) return rotate_halves(heads, *places);
    return at::cat({rotate_halves(heads.slice(-1, 0, size), *places), heads.slice(-1, size)}, -1);
}

}  // namespace

std::vector<Tensor> Modulation::operator()(const Tensor& time) const {
    const Tensor all = linear_(activates_ ? at::silu(time) : time);
    return all.view({time.size(0) * kinds_, -1}).chunk(count_, -1);
}

Attention::Attention(const Weights& w)
    : qkv(w / "qkv_proj"), out(w / "out_proj"), q_norm(w / "q_norm", norm_eps), k_norm(w / "k_norm", norm_eps) {}

Tensor Attention::operator()(const Tensor& x, const Rope* places) const {
    const int64_t size = q_norm.weight.size(0);
    const auto parts = qkv(x).unsqueeze(0).chunk(3, -1);
    const auto heads = [&](const Tensor& part) { return split_heads(part, part.size(-1) / size); };
    const Tensor q = turned(q_norm(heads(parts[0])), places), k = turned(k_norm(heads(parts[1])), places);
    return out(merge_heads(easel::inference::attention(q, k, heads(parts[2]))).squeeze(0));
}

Tensor FeedForward::operator()(const Tensor& x) const {
    const auto halves = up(x).chunk(2, -1);
    return down(at::silu(halves[0]) * halves[1]);
}

RefinerBlock::RefinerBlock(const Weights& w)
    : norm1(w / "norm1", norm_eps), norm2(w / "norm2", norm_eps), attention(w / "attn"), feed_forward(w / "mlp") {}

Tensor RefinerBlock::operator()(const Tensor& x) const {
    const Tensor middle = x + attention(norm1(x), nullptr);
    return middle + feed_forward(norm2(middle));
}

Block::Block(const Weights& w, bool activates)
    : norm1(w / "norm1", norm_eps), norm2(w / "norm2", norm_eps), attention(w / "attn"), feed_forward(w / "mlp"),
      modulation(w / "adaln_proj", 6, 3, activates) {}

Tensor Block::operator()(const Tensor& x, const Tensor& time, const Steering& steering, const Rope& places) const {
    // Shift, scale and gate of the attention, then those of the feed-forward layer.
    const auto tables = modulation(time);
    const Tensor seen = attention(scaled_and_shifted(norm1(x), tables[1], tables[0], steering), &places);
    const Tensor middle = with_gated(x, seen, tables[2], steering);
    const Tensor changed = feed_forward(scaled_and_shifted(norm2(middle), tables[4], tables[3], steering));
    return with_gated(middle, changed, tables[5], steering);
}

Finish::Finish(const Weights& w, bool activates)
    : norm(w / "norm", norm_eps), modulation(w / "adaln_proj", 2, 1, activates), video(w / "video_out"),
      sound(w / "audio_out") {}

Tensor Finish::operator()(const Tensor& x, const std::vector<Tensor>& tables, const Steered& steered,
                          const Linear& out) const {
    const at::ScalarType dtype = tables[0].scalar_type();
    const Tensor normal = norm(part_of(x, steered));
    return out((normal * (1.0 + steer(tables[1], steered, dtype)) + steer(tables[0], steered, dtype)).to(at::kFloat));
}

}  // namespace easel::inference::minimax_h3
