// Four bits a value that choose from a table of sixteen, with a scale for each block: NF4 and FP4 of QLoRA (Dettmers et
// al. 2023), as bitsandbytes writes them.
#pragma once

#include "inference/weights/encoded.hpp"

namespace easel::inference {

struct MappedValues {
    Tensor packed;  // bytes, two values each, the first in the high bits
    Tensor table;   // [16]
    Tensor scales;  // one for each block, float32
    int64_t block = 64;
};

std::shared_ptr<const Encoding> mapped_values(MappedValues values);

// The scales of blocks that are quantised themselves: a byte each that chooses from `table` [256], with a scale for
// `block` of them, and `offset` added.
Tensor nested_scales(const Tensor& bytes, const Tensor& table, const Tensor& scales, int64_t block, double offset);

}  // namespace easel::inference
