// Which nodes of a running prompt still have to run, who waits for whom, and who is next.
#pragma once

#include "graph/output_cache.hpp"
#include "graph/prompt.hpp"
#include "graph/registry.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace easel::graph {

// Nodes go by their index in the prompt. A node that was taken may be put off: it stays on the list with what it newly
// waits for. Choosing a node costs the logarithm of their number. One thread.
class RunList {
public:
    using Lookup = std::function<CacheEntry(std::size_t node)>;

    // `cached` is asked for results of earlier prompts: such nodes are not enlisted.
    RunList(const DynamicPrompt& prompt, const Registry& registry, Lookup cached)
        : prompt_(prompt), registry_(registry), cached_(std::move(cached)) {}

    // Enlists the node and whatever it is linked to, lazy inputs aside. Throws NamedError("NodeNotFoundError") when a
    // link leads nowhere.
    void add(std::size_t node);
    // `to` waits for `from`, and will find its result under `source`.
    void add_link(std::size_t from, std::size_t to);
    // As add_link, for one lazy input of `to`. Throws NamedError when there is no such link.
    void add_lazy_link(std::size_t to, std::string_view input);
    // `to` does not wait, but will find the result of `from` when there is one.
    void connect(std::size_t from, std::size_t to);

    // The result of `from`, if it is there, for a consumer that was linked to it.
    CacheEntry source(std::size_t from, std::size_t to) const;
    void publish(std::size_t from, const CacheEntry& entry);

    bool empty() const { return pending_count_ == 0; }
    // The node to run now: output and asynchronous ones first, then those that feed outputs, directly or over one
    // other, then in order of enlisting. Nothing when all wait.
    std::optional<std::size_t> next();
    void complete(std::size_t node);

    // For work that goes on elsewhere: the node waits until `unblock`.
    void block(std::size_t node);
    void unblock(std::size_t node);
    bool waits_for_work() const { return blocks_ > 0; }

    // Nodes that are on the list, in order of enlisting.
    std::vector<std::size_t> pending() const;

private:
    struct Item {
        bool is_pending = false;
        bool is_output = false;
        bool is_async = false;
        bool feeds_output = false;  // an output node waits for it
        bool feeds_feeder = false;  // a node that feeds an output waits for it
        std::uint64_t sequence = 0;
        int rank = -1;                        // its place in ready_; -1: not there
        std::size_t blockers = 0;             // how many nodes it waits for
        std::vector<std::size_t> blocking;    // who waits for it
        std::vector<std::size_t> blocked_by;  // whom it waits for, completed ones included
        std::vector<std::size_t> sources;     // for which results_ has an entry
        std::vector<std::size_t> listeners;   // who wants to know its result
    };

    Item& item(std::size_t node);
    bool is_lazy(const PromptNode& node, std::string_view input) const;
    std::size_t source_index(const Link& link) const;
    void enlist(std::size_t node);
    void wait(std::size_t from, std::size_t to);
    void update_ready(std::size_t node);
    static int rank_of(const Item& node);

    const DynamicPrompt& prompt_;
    const Registry& registry_;
    Lookup cached_;
    std::vector<Item> items_;
    std::unordered_set<std::uint64_t> edges_;                // (from, to) of every wait
    std::unordered_map<std::uint64_t, CacheEntry> results_;  // (from, to)
    struct Ready {
        int rank;
        std::uint64_t sequence;
        std::size_t node;
        auto operator<=>(const Ready&) const = default;
    };
    std::set<Ready> ready_;
    std::size_t pending_count_ = 0;
    std::size_t blocks_ = 0;
    std::uint64_t next_sequence_ = 0;
};

}  // namespace easel::graph
