// The one sequence that HiDream-O1 reads: the prompt, with pictures to look at in it, a token for the time, then the
// patches of the picture and of the pictures to follow.
#pragma once

#include "inference/tensor.hpp"

#include <vector>

namespace easel::inference::hidream_o1 {

inline constexpr int64_t patch = 32;  // pixels per token and side
inline constexpr int64_t vision_start = 151652, vision_end = 151653, image_token = 151655, time_token = 151673;

// A picture as a grid of tokens.
struct Grid {
    int64_t rows = 0, columns = 0;

    int64_t count() const { return rows * columns; }
};

// The pictures that are to be looked at and followed, in order.
struct References {
    std::vector<Grid> seen;      // their tokens within the prompt
    std::vector<Grid> followed;  // their patches behind the picture
};

// The tokens of a prompt [1, tokens] with a place for every picture's tokens behind its first three.
// (build_ref_input_ids)
Tensor with_places(const Tensor& ids, const std::vector<Grid>& seen);

// Where the sequence's tokens are in time, row and column, [3, tokens]. The picture and those that are followed share a
// plane that begins at 4096. `prompt` counts the prompt's tokens, places and time token included.
// (get_rope_index_fix_point)
Tensor positions(int64_t prompt, const Grid& picture, const References& references);

}  // namespace easel::inference::hidream_o1
