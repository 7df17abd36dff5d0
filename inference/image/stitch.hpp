// Two batches of pictures side by side or one above the other.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <cstdint>

namespace easel::inference {

enum class StitchAxis { horizontal, vertical };

struct StitchOptions {
    StitchAxis axis = StitchAxis::horizontal;
    bool second_first = false;
    bool matches_size = true;  // scales the second to the first, else pads the smaller one around its centre
    int64_t spacing = 0;       // pixels of `color` between the two
    std::array<double, 3> color{1, 1, 1};
};

// Both are [batch, h, w, channels]; the last picture of the shorter batch repeats, missing channels become 1.
// (ImageStitch)
Tensor stitch(Tensor first, Tensor second, const StitchOptions& options);

}  // namespace easel::inference
