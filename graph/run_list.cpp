#include "graph/run_list.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <utility>

namespace easel::graph {

namespace {

std::uint64_t edge(std::size_t from, std::size_t to) {
    return (static_cast<std::uint64_t>(from) << 32) | static_cast<std::uint64_t>(to);
}

}  // namespace

RunList::Item& RunList::item(std::size_t node) {
    if (items_.size() <= node) items_.resize(std::max(prompt_.size(), node + 1));
    return items_[node];
}

bool RunList::is_lazy(const PromptNode& node, std::string_view input) const {
    const NodeDef* def = registry_.find(node.class_type);
    if (!def) return false;
    const auto& inputs = def->record.inputs;
    return std::any_of(inputs.begin(), inputs.end(),
                       [&](const InputSpec& spec) { return spec.lazy && spec.name == input; });
}

std::size_t RunList::source_index(const Link& link) const {
    if (const auto index = prompt_.index(link.node)) return *index;
    throw NamedError("NodeNotFoundError", "Node " + link.node + " not found");
}

void RunList::enlist(std::size_t node) {
    const NodeDef* def = registry_.find(prompt_.node(node).class_type);
    Item& entry = item(node);
    entry = {};
    entry.is_pending = true;
    entry.is_output = def && def->record.output_node;
    entry.is_async = def && def->is_async;
    entry.sequence = next_sequence_++;
    ++pending_count_;
    update_ready(node);
}

// Depth first from the last input, so that nodes are enlisted in the reference's order; waits are entered afterwards.
void RunList::add(std::size_t node) {
    struct Connection {
        std::size_t from, to;
    };
    std::vector<std::size_t> open = {node};
    std::vector<Connection> connections;
    while (!open.empty()) {
        const std::size_t current = open.back();
        open.pop_back();
        if (item(current).is_pending) continue;
        enlist(current);
        const PromptNode& consumer = prompt_.node(current);
        for (const auto& [name, input] : consumer.inputs) {
            const auto* link = std::get_if<Link>(&input);
            if (!link || is_lazy(consumer, name)) continue;
            const std::size_t from = source_index(*link);
            if (!cached_(from)) open.push_back(from);
            connections.push_back({from, current});
        }
    }
    for (const Connection& connection : connections)
        add_link(connection.from, connection.to);
}

void RunList::add_link(std::size_t from, std::size_t to) {
    if (!cached_(from)) {
        if (!item(from).is_pending) add(from);
        wait(from, to);
    }
    connect(from, to);
}

void RunList::add_lazy_link(std::size_t to, std::string_view input) {
    const PromptNode& node = prompt_.node(to);
    const Input* value = node.input(input);
    const std::string asked = "Node " + node.id + " says it needs input " + std::string(input);
    if (!value) throw NamedError("NodeInputError", asked + ", but there is no input to that node at all");
    const auto* link = std::get_if<Link>(value);
    if (!link) throw NamedError("NodeInputError", asked + ", but that value is a constant");
    add_link(source_index(*link), to);
}

void RunList::connect(std::size_t from, std::size_t to) {
    CacheEntry entry = cached_(from);
    const bool is_there = entry != nullptr;
    const bool is_new = results_.insert_or_assign(edge(from, to), std::move(entry)).second;
    if (is_new) item(to).sources.push_back(from);
    if (!is_there) item(from).listeners.push_back(to);
}

CacheEntry RunList::source(std::size_t from, std::size_t to) const {
    const auto found = results_.find(edge(from, to));
    return found == results_.end() ? nullptr : found->second;
}

void RunList::publish(std::size_t from, const CacheEntry& entry) {
    for (const std::size_t to : item(from).listeners)
        if (const auto found = results_.find(edge(from, to)); found != results_.end()) found->second = entry;
}

void RunList::wait(std::size_t from, std::size_t to) {
    if (!edges_.insert(edge(from, to)).second) return;
    item(to);
    Item& source = item(from);
    Item& consumer = items_[to];
    source.blocking.push_back(to);
    consumer.blocked_by.push_back(from);
    ++consumer.blockers;
    update_ready(to);
    if (consumer.feeds_output) source.feeds_feeder = true;
    const bool feeds_now = consumer.is_output && !source.feeds_output;
    if (feeds_now) source.feeds_output = true;
    update_ready(from);
    if (!feeds_now) return;
    for (const std::size_t before : source.blocked_by) {
        items_[before].feeds_feeder = true;
        update_ready(before);
    }
}

int RunList::rank_of(const Item& node) {
    if (node.is_output || node.is_async) return 0;
    if (node.feeds_output) return 1;
    return node.feeds_feeder ? 2 : 3;
}

// Puts the node where it belongs in ready_, or out of it.
void RunList::update_ready(std::size_t node) {
    Item& entry = items_[node];
    const int rank = entry.is_pending && entry.blockers == 0 ? rank_of(entry) : -1;
    if (rank == entry.rank) return;
    if (entry.rank >= 0) ready_.erase({entry.rank, entry.sequence, node});
    if (rank >= 0) ready_.insert({rank, entry.sequence, node});
    entry.rank = rank;
}

std::optional<std::size_t> RunList::next() {
    if (ready_.empty()) return std::nullopt;
    return ready_.begin()->node;
}

void RunList::complete(std::size_t node) {
    Item& entry = item(node);
    entry.is_pending = false;
    --pending_count_;
    update_ready(node);
    for (const std::size_t to : std::exchange(entry.blocking, {})) {
        edges_.erase(edge(node, to));
        --items_[to].blockers;
        update_ready(to);
    }
    for (const std::size_t from : std::exchange(items_[node].sources, {}))
        results_.erase(edge(from, node));
    items_[node].listeners.clear();
}

void RunList::block(std::size_t node) {
    ++blocks_;
    ++item(node).blockers;
    update_ready(node);
}

void RunList::unblock(std::size_t node) {
    --blocks_;
    --item(node).blockers;
    update_ready(node);
}

std::vector<std::size_t> RunList::pending() const {
    std::vector<std::size_t> nodes;
    for (std::size_t node = 0; node < items_.size(); ++node)
        if (items_[node].is_pending) nodes.push_back(node);
    std::sort(nodes.begin(), nodes.end(),
              [this](std::size_t a, std::size_t b) { return items_[a].sequence < items_[b].sequence; });
    return nodes;
}

}  // namespace easel::graph
