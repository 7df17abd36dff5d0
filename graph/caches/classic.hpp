// --cache-classic: what the last prompt had is kept, everything else is forgotten as soon as the next prompt begins.
#pragma once

#include "base/string_map.hpp"
#include "graph/output_cache.hpp"

#include <unordered_map>

namespace easel::graph {

// Each expanding node has a cache of its own for its inner nodes, kept as long as the node is in consecutive prompts.
class ClassicCache : public OutputCache {
public:
    void begin_prompt(const std::vector<LiveNode>& nodes) override;
    void begin_expansion(const std::string& scope, const std::string& parent_scope,
                         const std::vector<LiveNode>& nodes) override;
    CacheEntry find(const CacheKey& key) override;
    void store(const CacheKey& key, CacheEntry entry) override;
    void trim() override {}
    void clear() override { scopes_.clear(); }

private:
    struct Scope {
        std::string parent;
        std::unordered_map<Signature, CacheEntry, SignatureHash> entries;
    };

    void keep_only(const std::string& scope, const std::vector<LiveNode>& nodes);
    void drop_orphans();

    StringMap<Scope> scopes_;  // "" is that of the prompt's own nodes
};

}  // namespace easel::graph
