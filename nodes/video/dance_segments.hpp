// Pictures spread over a sound, cut into segments, as WanDancer takes them.
#pragma once

#include "nodes/audio/audio.hpp"
#include "nodes/types.hpp"

namespace easel::nodes {

struct DanceSegment {
    Image keyframes;  // the pictures at their places, black between them
    Mask mask;        // 1 where there is a picture
    Audio audio;      // of the segment
};

// Segment `index` of `length` frames at 30 a second. (WanDancerPadKeyframes)
DanceSegment dance_segment(const Tensor& pictures, std::int64_t length, std::int64_t index, const Audio& audio);

}  // namespace easel::nodes
