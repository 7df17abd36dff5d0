// The network by which MiniMax Music 3 writes one frame of music: after the language model has chosen the first of
// eight codes, a small transformer chooses the others one after the other.
#pragma once

#include "inference/layers/embedding.hpp"
#include "inference/layers/linear.hpp"
#include "inference/layers/norm.hpp"
#include "inference/weights/weights.hpp"

#include <vector>

namespace easel::inference {

class DepthDecoder {
public:
    // `w` has `projection`, `pos_embedding`, `layers`, `norm` and `audio_heads`.
    explicit DepthDecoder(const Weights& w);

    // What it sees, as its own: [batch, dim] as [batch, 1, dim].
    Tensor seen(const Tensor& state) const { return projection_(state).unsqueeze(1); }
    // The state behind the last of [batch, tokens, dim]: [batch, dim].
    Tensor operator()(const Tensor& tokens) const;
    // The scores [batch, codes] of the codes of this kind, counted from 0.
    Tensor scores(const Tensor& state, std::size_t kind) const { return heads_[kind](state); }

    // How many codes it chooses, and among how many each.
    std::size_t kinds() const { return heads_.size(); }
    int64_t codes() const { return heads_.front().out_features(); }

private:
    struct Layer {
        RmsNorm before_attention, before_feed_forward;
        Linear q, k, v, out, gate, up, down;

        explicit Layer(const Weights& w);
        Tensor operator()(const Tensor& x) const;
    };

    Linear projection_;
    Weight positions_;  // [16, dim]
    std::vector<Layer> layers_;
    RmsNorm norm_;
    std::vector<Linear> heads_;
};

}  // namespace easel::inference
