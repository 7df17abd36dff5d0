// Parts of pictures: boxes, and what a mask shows.
#pragma once

#include "inference/tensor.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace easel::inference {

// In pixels; may reach beyond the picture.
struct Box {
    int64_t x = 0, y = 0, width = 0, height = 0;
};

// `width` x `height` pixels of [batch, h, w, channels] from (x, y) on, cut off at the edges. A corner behind the last
// pixel is moved onto it. (ImageCropV2)
Tensor crop_image(const Tensor& pixels, const Box& box);

struct BoxCrop {
    int64_t width = 512, height = 512;  // of the result
    int64_t padding = 0;                // added on every side
    bool keeps_aspect = false;          // black bars in place of stretching
};

// One crop around all `boxes` of each frame of [frames, h, w, channels]; frames without boxes are left out, and the
// last list stands for the frames behind it. An empty box gives a part of the upper middle. Without any crop the result
// is `pixels`. (CropByBBoxes)
Tensor crop_to_boxes(const Tensor& pixels, const std::vector<std::vector<Box>>& boxes, const BoxCrop& crop);

struct MaskCrop {
    int64_t width = 1024, height = 1024;  // of the result
    double pad_factor = 1.1;              // of the box around what the mask shows
    int64_t grow = 0;                     // pixels by which the mask grows; shrinks when below 0
    std::array<double, 3> background = {0, 0, 0};
};

// What `masks` [batch, h, w] show of `pixels` [batch, h, w, 3] in the middle of a picture, before a plain background. A
// mask that is inverted, white at the border and dark in the middle, is turned over. (ImageCropToMask)
Tensor crop_to_mask(const Tensor& pixels, const Tensor& masks, const MaskCrop& crop);

}  // namespace easel::inference
