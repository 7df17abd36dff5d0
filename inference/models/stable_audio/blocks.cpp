#include "inference/models/stable_audio/blocks.hpp"

#include "inference/layers/attention.hpp"

namespace easel::inference::stable_audio {
namespace {

// Turns as many of each head's first dimensions as there are angles for.
Tensor turned(const Tensor& heads, const Rope& rope) {
    const int64_t angles = 2 * rope.cos.size(1);
    if (angles == heads.size(3)) return rotate_halves(heads, rope);
    return at::cat({rotate_halves(heads.slice(3, 0, angles), rope), heads.slice(3, angles)}, 3);
}

// Every head of `of` for as many heads of queries.
Tensor shared_heads(const Tensor& of, int64_t heads) {
    return of.size(1) == heads ? of : of.repeat_interleave(heads / of.size(1), 1);
}

// `rows` of `x` as the last tokens of a sequence: what stands in front of the sound is told nothing.
Tensor behind_front(const Tensor& rows, int64_t tokens) {
    const int64_t front = tokens - rows.size(1);
    return front >= 0 ? at::constant_pad_nd(rows, {0, 0, front, 0}) : rows.slice(1, -front);
}

}  // namespace

Tensor Norm::operator()(const Tensor& x) const {
    return is_rms ? at::rms_norm(x, gamma.shape(), gamma.like(x)) : at::layer_norm(x, gamma.shape(), gamma.like(x), {});
}

Attention::Attention(const Weights& w)
    : out_(w / "to_out"), rms_norms_(has_rms_norms(w)), q_norm_(w.maybe(rms_norms_ ? "q_norm.gamma" : "q_norm.weight")),
      k_norm_(w.maybe(rms_norms_ ? "k_norm.gamma" : "k_norm.weight")), q_norm_bias_(w.maybe("q_norm.bias")),
      k_norm_bias_(w.maybe("k_norm.bias")), steady_(w.maybe("lambda_dc")), moving_(w.maybe("lambda_hf")),
      head_size_(q_norm_ ? q_norm_.size(0) : 64) {
    if (w.has_part("to_qkv")) {
        qkv_.emplace(w / "to_qkv");
    } else {
        q_.emplace(w / "to_q");
        kv_.emplace(w / "to_kv");
    }
}

Attention::Heads Attention::heads_of(const Tensor& x, const Tensor& context) const {
    const auto split = [&](const Tensor& part) { return split_heads(part, part.size(2) / head_size_); };
    const int64_t dim = out_.in_features();
    if (qkv_) {
        const std::vector<Tensor> parts = (*qkv_)(x).chunk(qkv_->out_features() / dim, -1);
        Heads heads{.q = {split(parts[0])}, .k = {split(parts[1])}, .v = split(parts[2])};
        if (parts.size() == 5) {
            heads.q.push_back(split(parts[3]));
            heads.k.push_back(split(parts[4]));
        }
        return heads;
    }
    Heads heads;
    for (const Tensor& part : (*q_)(x).chunk(q_->out_features() / dim, -1))
        heads.q.push_back(split(part));
    const std::vector<Tensor> parts = (*kv_)(context).chunk(static_cast<int64_t>(heads.q.size()) + 1, -1);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i)
        heads.k.push_back(split(parts[i]));
    heads.v = split(parts.back());
    return heads;
}

Tensor Attention::normed(const Tensor& heads, const Weight& weight, const Weight& bias) const {
    constexpr double eps = 1e-6;
    if (!weight) return heads;
    return rms_norms_ ? at::rms_norm(heads, weight.shape(), weight.like(heads))
                      : at::layer_norm(heads, weight.shape(), weight.like(heads), bias.like(heads), eps);
}

Tensor Attention::operator()(const Tensor& x, const Tensor& context, const Rope& rope) const {
    const Heads heads = heads_of(x, context);
    std::vector<Tensor> read;
    for (std::size_t i = 0; i < heads.q.size(); ++i) {
        Tensor q = normed(heads.q[i], q_norm_, q_norm_bias_), k = normed(heads.k[i], k_norm_, k_norm_bias_);
        if (!context.defined()) {
            q = turned(q, rope);
            k = turned(k, rope);
        }
        const int64_t count = q.size(1);
        read.push_back(merge_heads(attention(q, shared_heads(k, count), shared_heads(heads.v, count))));
    }
    const Tensor result = out_(read.size() == 2 ? read[0] - read[1] : read[0]);
    if (!steady_) return result;
    const Tensor mean = result.mean(-2, /*keepdim=*/true);
    return result + steady_.like(result) * mean + moving_.like(result) * (result - mean);
}

Tensor FeedForward::operator()(const Tensor& x) const {
    const std::vector<Tensor> parts = in(x).chunk(2, -1);  // values, gates
    return out(parts[0] * at::silu(parts[1]));
}

Block::Block(const Weights& w)
    : pre_norm(w / "pre_norm", Attention::has_rms_norms(w / "self_attn")),
      cross_norm(w / "cross_attend_norm", pre_norm.is_rms), ff_norm(w / "ff_norm", pre_norm.is_rms),
      self(w / "self_attn"), cross(w / "cross_attn"), ff(w / "ff"), modulation(w.maybe("to_scale_shift_gate")) {
    if (w.has_part("to_local_embed")) local.emplace(w / "to_local_embed");
}

Tensor Block::operator()(Tensor x, const BlockInputs& told) const {
    std::vector<Tensor> steps;  // scale, shift and gate of the attention, then those of the feed forward
    if (told.modulation.defined()) steps = (told.modulation + modulation.like(x)).unsqueeze(1).chunk(6, -1);
    const auto steered = [&](const Tensor& h, std::size_t first) {
        return steps.empty() ? h : h * (steps[first] + 1.0) + steps[first + 1];
    };
    const auto gated = [&](const Tensor& h, std::size_t first) {
        return steps.empty() ? h : h * at::sigmoid(1.0 - steps[first + 2]);
    };
    x = x + gated(self(steered(pre_norm(x), 0), {}, told.rope), 0);
    x = x + cross(cross_norm(x), told.context, told.rope);
    if (local && told.local.defined()) x = x + behind_front((*local)(told.local), x.size(1));
    return x + gated(ff(steered(ff_norm(x), 3)), 3);
}

}  // namespace easel::inference::stable_audio
