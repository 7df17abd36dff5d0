// Lists of single pictures: laying them out, finding the same ones.
#pragma once

#include "inference/tensor.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference {

struct GridLayout {
    int64_t columns = 4;
    int64_t cell_width = 256, cell_height = 256;
    int64_t padding = 4;  // black, between cells
};

// `pictures`, each [1, h, w, 3 or 4], row by row in cells of one size: [1, h, w, 3]. (ImageGrid)
Tensor picture_grid(const std::vector<Tensor>& pictures, const GridLayout& layout);

// The places of the pictures that are like none before them: the share of 64 coarse cells that are brighter or darker
// than the average in both is below `threshold`. (ImageDeduplication)
std::vector<int64_t> distinct_pictures(const std::vector<Tensor>& pictures, double threshold);

}  // namespace easel::inference
