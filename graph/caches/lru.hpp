// --cache-lru N: keeps results of older prompts too, as long as there are no more than N.
#pragma once

#include "graph/output_cache.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace easel::graph {

// Prompts are generations: when there are too many entries, those of the oldest generation go together. Nodes of all
// expansions share one table.
class LruCache : public OutputCache {
public:
    explicit LruCache(std::size_t max_entries) : max_entries_(max_entries) {}

    void begin_prompt(const std::vector<LiveNode>& nodes) override;
    void begin_expansion(const std::string& scope, const std::string& parent_scope,
                         const std::vector<LiveNode>& nodes) override;
    CacheEntry find(const CacheKey& key) override;
    void store(const CacheKey& key, CacheEntry entry) override;
    void trim() override {}
    void clear() override { entries_.clear(); }

protected:
    struct Stored {
        CacheEntry output;
        std::uint64_t generation = 0;  // of its last use
        std::uint64_t touched = 0;     // counts uses, over all entries
    };

    virtual void make_room();

    std::unordered_map<Signature, Stored, SignatureHash> entries_;
    std::uint64_t generation_ = 0;

private:
    void mark_used(const std::vector<LiveNode>& nodes);

    std::size_t max_entries_;
    std::uint64_t touches_ = 0;
};

}  // namespace easel::graph
