#include "graph/caches/classic.hpp"

#include <unordered_set>

namespace easel::graph {

void ClassicCache::begin_prompt(const std::vector<LiveNode>& nodes) { keep_only("", nodes); }

void ClassicCache::begin_expansion(const std::string& scope, const std::string& parent_scope,
                                   const std::vector<LiveNode>& nodes) {
    scopes_[scope].parent = parent_scope;
    keep_only(scope, nodes);
}

CacheEntry ClassicCache::find(const CacheKey& key) {
    const auto scope = scopes_.find(key.scope);
    if (scope == scopes_.end()) return nullptr;
    const auto entry = scope->second.entries.find(key.signature);
    return entry == scope->second.entries.end() ? nullptr : entry->second;
}

void ClassicCache::store(const CacheKey& key, CacheEntry entry) {
    scopes_[key.scope].entries[key.signature] = std::move(entry);
}

void ClassicCache::keep_only(const std::string& scope, const std::vector<LiveNode>& nodes) {
    std::unordered_set<Signature, SignatureHash> live;
    for (const LiveNode& node : nodes)
        live.insert(node.signature);
    std::erase_if(scopes_[scope].entries, [&](const auto& entry) { return !live.contains(entry.first); });
    if (scopes_.size() == 1) return;

    StringSet inner;
    for (const LiveNode& node : nodes)
        inner.insert(scope_name(node.id, node.class_type));
    std::erase_if(scopes_, [&](const auto& entry) {
        return !entry.first.empty() && entry.second.parent == scope && !inner.contains(entry.first);
    });
    drop_orphans();
}

void ClassicCache::drop_orphans() {
    while (std::erase_if(scopes_, [this](const auto& entry) {
               return !entry.first.empty() && !scopes_.contains(entry.second.parent);
           }) > 0) {
    }
}

}  // namespace easel::graph
