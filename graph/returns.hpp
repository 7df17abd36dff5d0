// What `execute` may give back besides plain values: UI output, a blocker, a subgraph, work that goes on elsewhere.
#pragma once

#include "graph/value.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace easel::graph {

// Shown to the client by `executed` and kept in history: {"images": [...]}; every member is an array.
struct Ui {
    Json content;
};

// An output of a node in a subgraph (or, with an id from the prompt, of a node outside it).
struct OutputRef {
    std::string node;
    int slot = 0;
};

// An input of a subgraph's node, or a result of the subgraph: a link, or a value.
using SubgraphInput = std::variant<OutputRef, Value>;

struct SubgraphNode {
    std::string id;  // with the subgraph's prefix
    std::string class_type;
    std::vector<std::pair<std::string, SubgraphInput>> inputs;
    std::optional<std::string> display_id;  // shown instead of the expanding node
};

// The nodes into which a node expands, and what its outputs become. Made by Context::new_subgraph.
//
//     Subgraph graph = context.new_subgraph();
//     const std::string sum = graph.add("TestAdd", {{"a", Value(value)}, {"b", Value(1)}});
//     graph.results = {OutputRef{sum, 0}};
//     return graph;
class Subgraph {
public:
    // `prefix` is "<expanding node>.<call>.<graph>." so that ids are unique, and the same from run to run.
    explicit Subgraph(std::string prefix) : prefix_(std::move(prefix)) {}

    // Adds a node and returns its id, prefix included. Without a name it is numbered from 1.
    std::string add(std::string class_type, std::vector<std::pair<std::string, SubgraphInput>> inputs,
                    std::string name = {});
    // The id that `name` has in this subgraph, whether it was added yet or not.
    std::string id_of(std::string_view name) const { return prefix_ + std::string(name); }

    std::vector<SubgraphNode> nodes;
    std::vector<SubgraphInput> results;
    std::optional<Json> ui;

private:
    std::string prefix_;
    int next_name_ = 1;
};

// The outcome of one call in the executor's terms: a list per output slot. A slot that is no list output has exactly
// one element.
struct CallResult {
    std::vector<std::vector<Value>> outputs;
    std::optional<Json> ui;
    std::optional<Blocker> block;  // stands in for every output
    std::optional<Subgraph> subgraph;
    std::function<CallResult()> work;  // set for asynchronous nodes: runs on the pool, may throw
};

// The return type of a node with UI output, blocking or expansion. T... are its outputs.
template <class... T>
struct Returns {
    std::optional<Ui> ui;
    std::optional<std::tuple<T...>> values;
    std::optional<Blocker> block;
    std::optional<Subgraph> subgraph;

    Returns(T... v) requires(sizeof...(T) > 0) : values(std::tuple<T...>(std::move(v)...)) {}
    Returns(Ui u, T... v) : ui(std::move(u)), values(std::tuple<T...>(std::move(v)...)) {}
    Returns(Blocker b) : block(std::move(b)) {}
    Returns(Ui u, Blocker b) : ui(std::move(u)), block(std::move(b)) {}
    Returns(Subgraph g) : subgraph(std::move(g)) {}
};

// Work that the executor runs on the pool while the graph goes on. T is any other return type of `execute`.
// The function must not touch the node's fields after execute returned unless it copied them.
template <class T>
struct Async {
    std::function<T()> work;
};

}  // namespace easel::graph
