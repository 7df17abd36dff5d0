#include "inference/models/boogu/blocks.hpp"

#include "inference/layers/attention.hpp"

namespace easel::inference::boogu {

using omnigen2::eps;

JointAttention::Stream::Stream(const Weights& w, const std::string& name)
    : q(w / (name + "_to_q")), k(w / (name + "_to_k")), v(w / (name + "_to_v")), out(w / (name + "_out")) {}

JointAttention::JointAttention(const Weights& w)
    : words(w / "processor", "instruct"), pictures(w / "processor", "img"), q_norm(w / "norm_q", eps),
      k_norm(w / "norm_k", eps), out(w / "to_out" / 0) {}

void JointAttention::operator()(Tensor& word_tokens, Tensor& picture_tokens, const Rope& rope) const {
    const int64_t size = q_norm.weight.size(0), count = word_tokens.size(1), pictured = picture_tokens.size(1);
    const auto heads = [size](const Tensor& of_words, const Tensor& of_pictures) {
        const Tensor both = at::cat({of_words, of_pictures}, 1);
        return split_heads(both, both.size(2) / size);
    };
    const Tensor q = rotate_pairs(q_norm(heads(words.q(word_tokens), pictures.q(picture_tokens))), rope);
    const Tensor k = rotate_pairs(k_norm(heads(words.k(word_tokens), pictures.k(picture_tokens))), rope);
    const Tensor v = heads(words.v(word_tokens), pictures.v(picture_tokens));
    const Tensor seen = omnigen2::grouped_attention(q, k, v);
    word_tokens = out(words.out(seen.narrow(1, 0, count).contiguous()));
    picture_tokens = out(pictures.out(seen.narrow(1, count, pictured).contiguous()));
}

DoubleBlock::DoubleBlock(const Weights& w)
    : joint(w / "img_instruct_attn"), among_pictures(w / "img_self_attn"), picture_mlp(w / "img_feed_forward"),
      word_mlp(w / "instruct_feed_forward"), picture_norm1(w / "img_norm1"), picture_norm2(w / "img_norm2"),
      picture_norm3(w / "img_norm3"), word_norm1(w / "instruct_norm1"), word_norm2(w / "instruct_norm2"),
      behind_joint(w / "img_attn_norm", eps), behind_among(w / "img_self_attn_norm", eps),
      before_picture_mlp(w / "img_ffn_norm1", eps), behind_picture_mlp(w / "img_ffn_norm2", eps),
      behind_word_joint(w / "instruct_attn_norm", eps), before_word_mlp(w / "instruct_ffn_norm1", eps),
      behind_word_mlp(w / "instruct_ffn_norm2", eps) {}

void DoubleBlock::operator()(Tensor& words, Tensor& pictures, const Rope& rope, const Tensor& time) const {
    // The feed forward networks read the streams as they were before attention.
    const auto [joint_picture, joint_gate, mlp_scale, mlp_gate] = picture_norm1(pictures, time);
    const auto before_mlp = picture_norm2(pictures, time);
    const auto before_among = picture_norm3(pictures, time);
    const auto [joint_words, word_gate, word_scale, word_mlp_gate] = word_norm1(words, time);
    const auto before_words = word_norm2(words, time);

    Tensor word_tokens = joint_words, picture_tokens = joint_picture;
    joint(word_tokens, picture_tokens, rope);
    const Rope of_pictures = rope.tokens(words.size(1), pictures.size(1));
    const Tensor among = among_pictures(before_among.x, of_pictures);

    pictures = pictures + joint_gate.tanh() * behind_joint(picture_tokens);
    pictures = pictures + before_among.second.tanh() * behind_among(among);
    const Tensor picture_input = (mlp_scale + 1.0) * before_mlp.x + before_mlp.second;
    pictures = pictures + mlp_gate.tanh() * behind_picture_mlp(picture_mlp(before_picture_mlp(picture_input)));

    words = words + word_gate.tanh() * behind_word_joint(word_tokens);
    const Tensor word_input = (word_scale + 1.0) * before_words.x + before_words.second;
    words = words + word_mlp_gate.tanh() * behind_word_mlp(word_mlp(before_word_mlp(word_input)));
}

}  // namespace easel::inference::boogu
