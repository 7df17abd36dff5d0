#include "graph/caches/ram_pressure.hpp"

#include "base/host_memory.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace easel::graph {

namespace {

constexpr std::uint64_t gigabyte = 1ull << 30;
constexpr std::uint64_t idle_bytes = 128 * gigabyte;
// Results of the running prompt are worth computing again only when they free this much.
constexpr std::uint64_t large_result = gigabyte / 2;
// Results that do not say their size count as a little, so that age decides between them.
constexpr double unknown_size = 0.05;
// What networks of older prompts weigh, more than any tensor does.
constexpr double before_everything = 1e30;
// An entry weighs this much more for every prompt that did not use it.
constexpr double weight_per_generation = 1.3;
// Asking the system for its memory costs more than a small node: look after every so many nodes. A look goes through
// all entries, so it is taken the less often the more there are: so many of them for each node.
constexpr int trims_between_looks = 64;
constexpr std::size_t entries_per_node = 16;

Footprint footprint_of(const NodeOutput& output) {
    Footprint sum;
    for (const auto& slot : output.slots)
        for (const Value& value : slot) {
            sum.bytes += value.memory().bytes;
            sum.goes_first |= value.memory().goes_first;
        }
    return sum;
}

}  // namespace

std::function<MemoryState()> system_memory(std::optional<std::uint64_t> cap) {
    return [cap] {
        const HostMemory memory = host_memory(cap);
        return MemoryState{.total = memory.total, .available = memory.available};
    };
}

RamPressureCache::Limits RamPressureCache::Limits::from_headroom(double active_gb) {
    return {idle_bytes, static_cast<std::uint64_t>(std::max(active_gb, 0.0) * static_cast<double>(gigabyte))};
}

RamPressureCache::RamPressureCache(Limits limits, std::function<MemoryState()> memory)
    : LruCache(0), limits_(limits), memory_(std::move(memory)), total_(memory_().total) {}

void RamPressureCache::trim() {
    const bool is_small = total_ <= limits_.idle_headroom;
    if (is_small && trimmed_generation_ != generation_) {
        trimmed_generation_ = generation_;
        std::erase_if(entries_, [this](const auto& entry) { return entry.second.generation != generation_; });
    }
    if (--trims_until_look_ > 0) return;
    trims_until_look_ = std::max(trims_between_looks, static_cast<int>(entries_.size() / entries_per_node));
    if (!is_small) drop_until(limits_.idle_headroom, false);  // else they are gone already
    drop_until(limits_.active_headroom, true);
}

// The heaviest and oldest first.
void RamPressureCache::drop_until(std::uint64_t headroom, bool with_active) {
    struct Candidate {
        double weight;
        std::uint64_t touched;
        Signature signature;
    };
    if (entries_.empty() || memory_().available >= headroom) return;
    std::vector<Candidate> candidates;
    for (const auto& [signature, stored] : entries_) {
        const bool is_active = stored.generation == generation_;
        if (is_active != with_active) continue;
        const Footprint memory = footprint_of(*stored.output);
        if (with_active && memory.bytes < large_result) continue;
        const double age = static_cast<double>(generation_ - stored.generation);
        const double size = memory.goes_first ? before_everything : unknown_size + static_cast<double>(memory.bytes);
        const double weight = std::pow(weight_per_generation, age) * size;
        candidates.push_back({weight, stored.touched, signature});
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.touched < b.touched;
    });
    for (const Candidate& candidate : candidates) {
        entries_.erase(candidate.signature);
        if (memory_().available >= headroom) return;
    }
}

}  // namespace easel::graph
