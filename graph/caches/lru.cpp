#include "graph/caches/lru.hpp"

#include <algorithm>

namespace easel::graph {

void LruCache::begin_prompt(const std::vector<LiveNode>& nodes) {
    ++generation_;
    mark_used(nodes);
    make_room();
}

void LruCache::begin_expansion(const std::string&, const std::string&, const std::vector<LiveNode>& nodes) {
    mark_used(nodes);
    make_room();
}

void LruCache::mark_used(const std::vector<LiveNode>& nodes) {
    for (const LiveNode& node : nodes)
        if (const auto found = entries_.find(node.signature); found != entries_.end())
            found->second.generation = generation_;
}

CacheEntry LruCache::find(const CacheKey& key) {
    const auto found = entries_.find(key.signature);
    if (found == entries_.end()) return nullptr;
    found->second.generation = generation_;
    found->second.touched = ++touches_;
    return found->second.output;
}

void LruCache::store(const CacheKey& key, CacheEntry entry) {
    entries_[key.signature] = {std::move(entry), generation_, ++touches_};
}

// What the running prompt uses stays, however much it is.
void LruCache::make_room() {
    while (entries_.size() > max_entries_) {
        std::uint64_t oldest = generation_;
        for (const auto& [signature, stored] : entries_)
            oldest = std::min(oldest, stored.generation);
        if (oldest == generation_) return;
        std::erase_if(entries_, [oldest](const auto& entry) { return entry.second.generation == oldest; });
    }
}

}  // namespace easel::graph
