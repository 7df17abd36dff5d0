// Cutting pictures into overlapping tiles and putting them together again.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference {

struct Tile {
    int64_t x = 0, y = 0, width = 0, height = 0;
};

// Tiles of a picture, row by row. A tile at the right or lower edge is moved inwards; tiles advance by at least a
// quarter of their size, whatever the overlap. (SplitImageToTileList)
std::vector<Tile> tiles_over(int64_t width, int64_t height, int64_t tile_width, int64_t tile_height, int64_t overlap);

// Tiles [batch, h, w, channels] in that order, as one picture of `width` by `height`. Where they overlap, each counts
// by a half wave over its size. Missing tiles leave black. (ImageMergeTileList)
Tensor merge_tiles(const std::vector<Tensor>& tiles, int64_t width, int64_t height, int64_t overlap);

}  // namespace easel::inference
