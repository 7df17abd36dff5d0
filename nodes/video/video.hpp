// What VIDEO links carry: frames in memory, their rate and their sound.
#pragma once

#include "nodes/types.hpp"

#include <cstdint>
#include <string_view>

namespace easel::nodes {

struct Video {
    static constexpr std::string_view socket = "VIDEO";
    Tensor frames;  // [frames, h, w, 3], as in an Image
    Value audio;    // of an AUDIO link, empty for none
    double frames_per_second = 30;
    std::int64_t bit_depth = 8;  // a channel, when it is encoded
};

}  // namespace easel::nodes
