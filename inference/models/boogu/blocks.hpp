// The block of Boogu in which words and pictures are two streams: they meet in attention, and the pictures attend to
// themselves beside it. (comfy.ldm.boogu.model)
#pragma once

#include "inference/models/omnigen2/blocks.hpp"

namespace easel::inference::boogu {

// Over words and pictures, each with projections of its own into it and out of it.
struct JointAttention {
    struct Stream {
        Linear q, k, v, out;
        Stream(const Weights& w, const std::string& name);
    };
    Stream words, pictures;
    RmsNorm q_norm, k_norm;
    Linear out;

    explicit JointAttention(const Weights& w);
    // Both [batch, tokens, dim], the words first in `rope`; changes them to what they attend to.
    void operator()(Tensor& word_tokens, Tensor& picture_tokens, const Rope& rope) const;
};

struct DoubleBlock {
    JointAttention joint;
    omnigen2::Attention among_pictures;
    omnigen2::FeedForward picture_mlp, word_mlp;
    omnigen2::TimedNorm picture_norm1, picture_norm2, picture_norm3, word_norm1, word_norm2;
    RmsNorm behind_joint, behind_among, before_picture_mlp, behind_picture_mlp;
    RmsNorm behind_word_joint, before_word_mlp, behind_word_mlp;

    explicit DoubleBlock(const Weights& w);
    // Changes both streams [batch, tokens, dim]; `time` [batch, width].
    void operator()(Tensor& words, Tensor& pictures, const Rope& rope, const Tensor& time) const;
};

}  // namespace easel::inference::boogu
