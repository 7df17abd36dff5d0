// --cache-none: every prompt computes everything.
#pragma once

#include "graph/output_cache.hpp"

namespace easel::graph {

class NoCache : public OutputCache {
public:
    void begin_prompt(const std::vector<LiveNode>&) override {}
    void begin_expansion(const std::string&, const std::string&, const std::vector<LiveNode>&) override {}
    CacheEntry find(const CacheKey&) override { return nullptr; }
    void store(const CacheKey&, CacheEntry) override {}
    void trim() override {}
    void clear() override {}
    bool keeps_anything() const override { return false; }
};

}  // namespace easel::graph
