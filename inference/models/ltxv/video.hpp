// The way of a video's latent into the blocks of an LTX network and out again: cells become tokens with places and
// times of their own, and guides join them.
#pragma once

#include "inference/models/ltxv/layers.hpp"
#include "inference/models/network_input.hpp"

#include <optional>
#include <vector>

namespace easel::inference::ltxv {

// A video's tokens and what goes with them through the blocks.
struct VideoTokens {
    Tensor x;      // [batch, tokens, dim]
    Tensor spans;  // [batch or 1, 3, tokens, 2]: seconds and pixels
    TokenTimes times;
    std::optional<GuideAttention> guide_attention;
    std::vector<int64_t> shape;  // of the latent
    Tensor kept;                 // [cells], which of the latent's take part; undefined: all of them
};

class VideoStream {
public:
    VideoStream(const Weights& w, const Config& config);

    // `latent` [batch, channels, frames, rows, columns]; what `input` holds beside it are the extra inputs that
    // set_video_inputs made. Throws UserError when guides do not fit the latent.
    VideoTokens enter(const Tensor& latent, const NetworkInput& input) const;
    // The latent's shape, zeros at cells that take no part.
    Tensor leave(const Tensor& x, const TimeValues& time, const VideoTokens& tokens) const;

    int64_t dim() const { return in_.out_features(); }

private:
    Tensor marked(const Tensor& x, const VideoTokens& tokens, int64_t guides) const;

    Weights weights_;
    bool causal_time_;
    Linear in_, out_;
    Weight table_;       // [2, dim]
    Weight still_mark_;  // [1, dim]: marks tokens that stand for a single frame, in newer models
};

// The extra inputs of a video: frame rate, guides, and `mask` [batch, channels, frames, rows, columns] of what is to be
// made, where defined.
void set_video_inputs(NetworkInput& input, const Condition& condition, const Tensor& mask);

// The mask of a prompt's tokens, 1 where they count, as it is added to scores: [batch, 1, 1, tokens]. Undefined for
// none.
Tensor added_mask(const Tensor& attention_mask, at::ScalarType dtype);

}  // namespace easel::inference::ltxv
