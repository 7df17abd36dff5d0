// The one sequence that MiniMax H3 reads: the prompt, what is followed, the sound and the video that are made; and
// where each token of it is in time and space.
#pragma once

#include "inference/models/minimax_h3/references.hpp"
#include "inference/sampling/latent_streams.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference::minimax_h3 {

// Followed parts are without noise, or nearly so.
enum class Part { text, video, sound, followed_video, followed_sound };

struct Segment {
    Part part;
    int64_t begin, end;  // tokens
};

struct Layout {
    std::vector<Segment> segments;  // the sound and the video that are made are the last two
    Tensor positions;               // [tokens, 3], float64: time, row, column
    // The latents of the followed parts, in the order of their segments.
    std::vector<Tensor> followed_video, followed_sound;

    int64_t tokens() const { return segments.back().end; }
};

// `text` is the number of its tokens, `video` and `sound` the shapes of the latents that are made; sides of the video
// are even.
Layout lay_out(int64_t text, at::IntArrayRef video, at::IntArrayRef sound, const std::vector<Guide>& guides,
               const std::vector<Followed>& references);

// Rows of the sequence: a token of a video is 2 by 2 cells, a token of a sound one moment of one channel, channel after
// channel. `video` [1, channels, time, height, width] and [tokens, channels * 4]; `sound` [1, channels, 2, moments] and
// [tokens, channels].
Tensor video_rows(const Tensor& video);
Tensor video_of(const Tensor& rows, at::IntArrayRef shape);
Tensor sound_rows(const Tensor& sound);
Tensor sound_of(const Tensor& rows);

}  // namespace easel::inference::minimax_h3
