#include "inference/models/hidream/blocks.hpp"

#include "inference/layers/attention.hpp"
#include "inference/layers/modulation.hpp"
#include "inference/weights/blocks_of.hpp"

#include <string>

namespace easel::inference::hidream {
namespace {

constexpr int64_t head_size = 128, experts_per_token = 2;
constexpr double norm_eps = 1e-5;

// What the numbers of a modulation are for, in their order. A block with two streams has the text's after the
// picture's.
enum Part : std::size_t { shift, scale, gate, mlp_shift, mlp_scale, mlp_gate, parts_of_a_stream };

// [batch, 1, dim] each.
std::vector<Tensor> parts_of(const Linear& modulation, const Tensor& c) {
    return modulation(c).unsqueeze(1).chunk(modulation.out_features() / modulation.in_features(), 2);
}

struct Qkv {
    Tensor q, k, v;  // [batch, heads, tokens, head size]
};

Qkv project(const Projections& projections, const Tensor& x) {
    const int64_t heads = projections.q.out_features() / head_size;
    return {split_heads(projections.q_norm(projections.q(x)), heads),
            split_heads(projections.k_norm(projections.k(x)), heads), split_heads(projections.v(x), heads)};
}

Tensor attend(const Qkv& all, const Rope& rope) {
    return merge_heads(attention(rotate_pairs(all.q, rope), rotate_pairs(all.k, rope), all.v));
}

Tensor before_attention(const Tensor& x, const Tensor* parts) {
    return modulate(plain_layer_norm(x), parts[scale], parts[shift]);
}

template <class Ff>
Tensor after_attention(const Tensor& x, const Tensor& attended, const Tensor* parts, const Ff& ff) {
    const Tensor sum = at::addcmul(x, parts[gate], attended);
    return at::addcmul(sum, parts[mlp_gate], ff(modulate(plain_layer_norm(sum), parts[mlp_scale], parts[mlp_shift])));
}

}  // namespace

Projections::Projections(const Weights& w, std::string_view suffix)
    : q(w / ("to_q" + std::string(suffix))), k(w / ("to_k" + std::string(suffix))),
      v(w / ("to_v" + std::string(suffix))), out(w / ("to_out" + std::string(suffix))),
      q_norm(w / ("q_rms_norm" + std::string(suffix)), norm_eps),
      k_norm(w / ("k_rms_norm" + std::string(suffix)), norm_eps) {}

FeedForward::FeedForward(const Weights& w) : gate(w / "w1"), value(w / "w3"), out(w / "w2") {}

Tensor FeedForward::operator()(const Tensor& x) const { return out(at::silu(gate(x)) * value(x)); }

MixtureOfExperts::MixtureOfExperts(const Weights& w)
    : score(w / "gate"), experts(blocks_of<FeedForward>(w / "experts")), shared(w / "shared_experts") {}

Tensor MixtureOfExperts::operator()(const Tensor& x) const {
    const Tensor tokens = x.flatten(0, 1);
    const auto [weights, chosen] = score(tokens).softmax(-1).topk(experts_per_token, -1);  // [tokens, 2] each
    Tensor sum = shared(tokens);
    for (std::size_t i = 0; i < experts.size(); ++i) {
        const Tensor places = (chosen == static_cast<int64_t>(i)).nonzero();  // [count, 2]: token, and which of its two
        if (places.size(0) == 0) continue;
        const Tensor token = places.select(1, 0);
        const Tensor weight = weights.flatten().index_select(0, token * experts_per_token + places.select(1, 1));
        sum.index_add_(0, token, experts[i](tokens.index_select(0, token)) * weight.unsqueeze(1));
    }
    return sum.view(x.sizes());
}

DoubleBlock::DoubleBlock(const Weights& w)
    : modulation(w / "adaLN_modulation" / 1), picture_attention(w / "attn1", ""), text_attention(w / "attn1", "_t"),
      picture_ff(w / "ff_i"), text_ff(w / "ff_t") {}

void DoubleBlock::operator()(Tensor& picture, Tensor& text, const Tensor& c, const Rope& rope) const {
    const std::vector<Tensor> parts = parts_of(modulation, c);
    const Tensor* const of_picture = parts.data();
    const Tensor* const of_text = parts.data() + parts_of_a_stream;
    const Qkv p = project(picture_attention, before_attention(picture, of_picture));
    const Qkv t = project(text_attention, before_attention(text, of_text));
    const Tensor attended = attend({at::cat({p.q, t.q}, 2), at::cat({p.k, t.k}, 2), at::cat({p.v, t.v}, 2)}, rope);
    const int64_t picture_count = picture.size(1), text_count = text.size(1);
    picture =
        after_attention(picture, picture_attention.out(attended.narrow(1, 0, picture_count)), of_picture, picture_ff);
    text = after_attention(text, text_attention.out(attended.narrow(1, picture_count, text_count)), of_text, text_ff);
}

SingleBlock::SingleBlock(const Weights& w)
    : modulation(w / "adaLN_modulation" / 1), attention(w / "attn1", ""), ff(w / "ff_i") {}

Tensor SingleBlock::operator()(const Tensor& x, const Tensor& c, const Rope& rope) const {
    const std::vector<Tensor> parts = parts_of(modulation, c);
    const Tensor attended = attend(project(attention, before_attention(x, parts.data())), rope);
    return after_attention(x, attention.out(attended), parts.data(), ff);
}

}  // namespace easel::inference::hidream
