// How often each level occurs in a picture.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference {

// 256 counts each. `rgb` is the mean of the three channels, rounded down.
struct PictureHistogram {
    std::vector<int64_t> rgb, luminance, red, green, blue;
};

// Of one picture [h, w, 3 or more]; levels are truncated, luminance weighs by BT.709. (ImageHistogram)
PictureHistogram histogram_of(const Tensor& picture);

}  // namespace easel::inference
