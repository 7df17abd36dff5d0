// Pasting one batch into another.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>

namespace easel::inference {

// `source` over `destination` (both [batch, channels, h, w]) with its corner at (x, y); what sticks out is cut off.
// `feather` cells at the edges inside the destination fade in linearly. (LatentComposite)
Tensor paste(const Tensor& destination, const Tensor& source, int64_t x, int64_t y, int64_t feather);

// Where and how a source lies over a destination. x and y count `unit`s of which one cell has `unit` (8 for latents, 1
// for pictures) and may be negative.
struct MaskedPlacement {
    int64_t x = 0;
    int64_t y = 0;
    int64_t unit = 1;
    bool resize_source = false;  // to the destination's size first
};

// `source` mixed into `destination` (both [batch, channels, h, w]) by `mask` ([batch, h, w] or [h, w], 1 is source; it
// is brought to the source's size; undefined: everywhere). (comfy_extras.nodes_mask.composite)
Tensor composite_masked(const Tensor& destination, const Tensor& source, const Tensor& mask, MaskedPlacement placement);

}  // namespace easel::inference
