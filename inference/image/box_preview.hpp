// A picture of regions that a prompt places on a canvas: frames, colours, numbers and descriptions.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace easel::inference {

// Position and size are fractions of the canvas.
struct BoxRegion {
    double x = 0, y = 0, width = 0, height = 0;
    std::vector<std::string> palette = {};  // "#rrggbb"; the first is the frame's, five are shown
    std::u32string caption = {};
};

// The regions on a canvas of that size, or on `background` (uint8 [h, w, 3 or 4], darkened; may be undefined), of which
// the longer side is brought to 1024 at most: uint8 [rows, columns, 3].
// (comfy_extras.nodes_bounding_boxes.render_preview)
Tensor box_preview(const std::vector<BoxRegion>& regions, int64_t width, int64_t height, const Tensor& background);

}  // namespace easel::inference
