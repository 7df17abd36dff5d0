// Running a function over overlapping tiles of a large tensor and blending the results.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <functional>

namespace easel::inference {

struct TileGrid {
    int64_t tile_width, tile_height, overlap;  // in cells of the input
    double scale;                              // output cells per input cell and side
};

// `function` maps tiles [1, ..., h, w] of `samples` to [1, ..., h * scale, w * scale]; what lies between, channels and
// frames, is up to it. Tiles fade into each other linearly over their overlap. Returns float32 on the CPU. Throws
// UserError when the overlap leaves nothing of a tile. (comfy.utils.tiled_scale)
Tensor tiled(const Tensor& samples, const TileGrid& grid, const std::function<Tensor(const Tensor&)>& function);

}  // namespace easel::inference
