// Pictures that HiDream-O1 is given beside the prompt: each is looked at by the vision tower and followed patch by
// patch.
#pragma once

#include "inference/models/hidream_o1/sequence.hpp"

#include <vector>

namespace easel::inference::hidream_o1 {

struct PreparedReferences {
    References grids;
    Tensor patches;              // [1, patches, 3072]: the pictures to follow, in -1..1
    std::vector<Tensor> to_see;  // [1, 3, height, width] each, in 0..1
};

// Of pictures [batch, height, width, 3] in 0..1, whose first member counts, for a result of this size: the more
// pictures, the smaller each is made. (prepare_ref_images)
PreparedReferences prepare_references(const std::vector<Tensor>& pictures, int64_t height, int64_t width);

}  // namespace easel::inference::hidream_o1
