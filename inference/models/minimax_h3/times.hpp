// How far along MiniMax H3's tokens are. A time is the share of what a token stands for that is no noise: 1 at the end.
// Video and sound have schedules of their own, what is followed is all but finished, and what a mask keeps is ahead.
#pragma once

#include "inference/models/minimax_h3/blocks.hpp"
#include "inference/models/minimax_h3/layout.hpp"
#include "inference/models/minimax_h3/masks.hpp"

#include <vector>

namespace easel::inference::minimax_h3 {

// What is followed is shown with so much less than all of itself; the rest is noise.
constexpr double followed_video_time = 0.999, followed_sound_time = 1.0;

// By how much the schedules of video and sound are moved towards noise.
struct Shifts {
    double video = 12.0, sound = 3.0;
};

struct Times {
    double text, video, sound, followed_video, followed_sound;
    Tensor of_video, of_sound;  // float32 [tokens] where the tokens of a stream differ
    std::vector<double> all;    // rising

    double of(Part part) const;
    // Which of `all`.
    int64_t index(double time) const;
    Tensor indices(const Tensor& times) const;
};

// At the share of noise `sigma` of the video.
Times times_of(const Layout& layout, const TokenMasks& masks, float sigma, Shifts shifts);

// Which rows of the blocks' tables steer the sequence: three for each time, of the kinds of tokens. `tags` [tokens of
// the prompt] says which of these are of pictures; undefined: none.
Steering steering_of(const Layout& layout, const Times& times, const Tensor& tags);
// Of the last segment of a kind, by rows that are times alone.
Steered finish_of(const Segment& made, const Times& times);

}  // namespace easel::inference::minimax_h3
