// Lists of the like blocks that most networks are built from.
#pragma once

#include "inference/weights/weights.hpp"

#include <cstdint>
#include <vector>

namespace easel::inference {

// The numbered parts of `w` in order: Block(w / 0, settings...), Block(w / 1, settings...), ...
template <class Block, class... Settings>
std::vector<Block> blocks_of(const Weights& w, const Settings&... settings) {
    std::vector<Block> blocks;
    const int64_t count = w.count();
    blocks.reserve(static_cast<std::size_t>(count));
    for (int64_t i = 0; i < count; ++i)
        blocks.emplace_back(w / i, settings...);
    return blocks;
}

}  // namespace easel::inference
