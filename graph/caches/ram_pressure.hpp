// The default: results of the running prompt are kept; older ones only while there is plenty of memory.
#pragma once

#include "graph/caches/lru.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace easel::graph {

struct MemoryState {
    std::uint64_t total = 0;  // bytes
    std::uint64_t available = 0;
};

// Of this machine, read anew at each call; no more than `cap` bytes of it where there is one.
std::function<MemoryState()> system_memory(std::optional<std::uint64_t> cap = std::nullopt);

class RamPressureCache : public LruCache {
public:
    struct Limits {
        std::uint64_t idle_headroom;    // below this many available bytes, results of older prompts go
        std::uint64_t active_headroom;  // below this many, large results of the running prompt go as well

        // Older results go below 128 GB, as in the reference: on smaller machines at once.
        static Limits from_headroom(double active_gb);
    };

    RamPressureCache(Limits limits, std::function<MemoryState()> memory);

    void trim() override;

protected:
    void make_room() override {}

private:
    void drop_until(std::uint64_t headroom, bool with_active);

    Limits limits_;
    std::function<MemoryState()> memory_;
    std::uint64_t total_;
    std::uint64_t trimmed_generation_ = 0;  // whose beginning made entries idle
    int trims_until_look_ = 0;
};

}  // namespace easel::graph
