// What nodes computed before, by signature. The policies differ in what they forget; see caches/.
#pragma once

#include "base/options.hpp"
#include "graph/signature.hpp"
#include "graph/value.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::graph {

// UI output with the names under which history's "meta" shows it. Names are of the run that computed it.
struct NodeUi {
    Json output;
    std::string node;
    std::string display_node;
    std::optional<std::string> parent_node;
    std::string real_node;
};

struct NodeOutput {
    std::optional<NodeUi> ui;
    std::vector<std::vector<Value>> slots;  // a list for each output
};

using CacheEntry = std::shared_ptr<const NodeOutput>;

// A node as the cache sees it. `scope` tells nodes of different expansions apart: the scope_name of the node that
// expanded, or empty for nodes of the prompt.
struct CacheKey {
    Signature signature;
    std::string scope;
};

// A node that the running prompt has.
struct LiveNode {
    Signature signature;
    std::string_view id;
    std::string_view class_type;
};

std::string scope_name(std::string_view id, std::string_view class_type);

// Owned and used by one worker thread.
class OutputCache {
public:
    virtual ~OutputCache() = default;

    // A prompt of these nodes is about to run.
    virtual void begin_prompt(const std::vector<LiveNode>& nodes) = 0;
    // The node named by `scope`, itself a node of `parent_scope`, expanded into `nodes`.
    virtual void begin_expansion(const std::string& scope, const std::string& parent_scope,
                                 const std::vector<LiveNode>& nodes) = 0;
    virtual CacheEntry find(const CacheKey& key) = 0;
    virtual void store(const CacheKey& key, CacheEntry entry) = 0;
    // Called after every node that ran.
    virtual void trim() = 0;
    virtual void clear() = 0;
    // False when nothing outlives a node's last use, the state of node instances included.
    virtual bool keeps_anything() const { return true; }
};

std::unique_ptr<OutputCache> make_output_cache(const CacheOptions& options);

}  // namespace easel::graph
