// The block of an LTX network, for one kind of tokens: attention among them, attention to the prompt, and a feed
// forward network, each shifted, scaled and gated by time.
#pragma once

#include "inference/models/ltxv/layers.hpp"

#include <optional>
#include <string>

namespace easel::inference::ltxv {

struct Block {
    Weight table;         // [6 or 9, dim]: offsets to shift, scale and gate of each part
    Weight prompt_table;  // [2, dim], where the prompt is modulated by time as well
    Attention self, cross;
    FeedForward feed_forward;

    // `prefix` is what the names of the stream's parts begin with: "" or "audio_".
    Block(const Weights& w, const std::string& prefix, int64_t heads);
};

// What all blocks of a stream read beside the tokens.
struct StreamInputs {
    TimeValues modulation, prompt_modulation;  // the latter only where the prompt is modulated
    TimeValues time;                           // for the output
    Tensor text, text_mask;
    const Rotation& places;
    AttentionCore core = nullptr;         // of attention among the tokens; null for the usual one
    bool normalises_before_text = false;  // whether tokens are normalised before they look at a prompt as it is
};

// The parts of a block; each returns `x` [batch, tokens, dim] with its contribution.
Tensor with_self_attention(const Block& block, const Tensor& x, const StreamInputs& inputs);
Tensor with_text(const Block& block, const Tensor& x, const StreamInputs& inputs);
Tensor with_feed_forward(const Block& block, const Tensor& x, const StreamInputs& inputs);

}  // namespace easel::inference::ltxv
