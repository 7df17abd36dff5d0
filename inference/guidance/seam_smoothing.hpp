// Against the seams that show between the patches of networks which draw pixels: late in a run the network also sees
// the picture shifted against its grid of patches, and what it says is averaged. (HiDreamO1PatchSeamSmoothing)
#pragma once

#include "inference/models/model.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference {

enum class SeamBlend {
    average,
    window,  // each shift counts most where it is far from its own seams
    median,
};

struct SeamSmoothing {
    double start_percent = 0.8, end_percent = 1.0;  // of the schedule
    bool symmetric = false;                         // no shift leaves the grid where it is
    std::vector<int64_t> passes{2};                 // 2, 4 or 8 shifts, in equal parts of the range one after the other
    SeamBlend blend = SeamBlend::average;
    double strength = 1.0;
};

Model with_smoothed_seams(const Model& model, const SeamSmoothing& smoothing);

}  // namespace easel::inference
