// Memory of large tensors that is used again instead of being given back. The system clears every page that it hands
// out, which takes longer than computing what is put there: a fresh tensor of 128 MiB costs 50 ms before its first
// value.
#pragma once

#include <cstddef>

namespace easel::inference {

// While one of these lives, large blocks that tensors of any thread let go of are kept for the next tensor of about
// that size; when the last one ends they are given back.
class BlockCache {
public:
    BlockCache();
    ~BlockCache();
    BlockCache(const BlockCache&) = delete;
    BlockCache& operator=(const BlockCache&) = delete;

    // Bytes that are kept and that no tensor uses.
    static std::size_t kept_bytes();
};

}  // namespace easel::inference
