// Where the tokens of Wan's videos are: along time, height and width, a position for every cell.
#pragma once

#include "inference/layers/recent_ropes.hpp"
#include "inference/models/network_patches.hpp"

#include <vector>

namespace easel::inference::wan {

// The cells of one video or picture, row by row, frame by frame.
struct CellBox {
    int64_t frames = 1, rows = 1, columns = 1;
    RopeScaling scaling = {};        // of the positions 0, 1, 2, ... along each axis
    std::vector<double> times = {};  // of the frames, where they are not evenly spaced: these in place of 0, 1, 2, ...
    int64_t stream = 0;              // turns all pairs further, which tells streams beside the video apart (Bernini)

    int64_t tokens() const { return frames * rows * columns; }
    bool operator==(const CellBox&) const = default;
};
using CellBoxes = std::vector<CellBox>;

// The boxes of one sequence, one after the other.
Rope rope_of(const CellBoxes& boxes);

using RopeTables = RecentRopes<CellBoxes>;

}  // namespace easel::inference::wan
