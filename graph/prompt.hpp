// A prompt: nodes in the order the client wrote them, and the nodes that expansions add while it runs.
#pragma once

#include "base/json.hpp"
#include "base/string_map.hpp"
#include "graph/returns.hpp"
#include "graph/value.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace easel::graph {

struct Link {
    std::string node;
    int slot = 0;
};

// Any two-element array [string, number] is a link, in the reference and here.
std::optional<Link> as_link(const Json& input);

using Input = std::variant<Link, Json, Value>;  // Value only in expansions

struct PromptNode {
    std::string id;
    std::string class_type;
    std::vector<std::pair<std::string, Input>> inputs;  // as written
    // Only for nodes that an expansion made:
    std::optional<std::string> parent;   // the node that expanded
    std::optional<std::string> display;  // the node shown to the user instead
    const Input* input(std::string_view name) const;
};

// The nodes of a running prompt. Every node has an index that stays the same, in order of addition. One thread.
class DynamicPrompt {
public:
    // `prompt` is validated JSON in API format.
    explicit DynamicPrompt(Json prompt);

    std::optional<std::size_t> index(std::string_view id) const;
    // Valid until a node is added, as are the results of `find` and `at`.
    const PromptNode& node(std::size_t index) const { return nodes_[index]; }
    std::size_t size() const { return nodes_.size(); }

    const PromptNode* find(std::string_view id) const;
    const PromptNode& at(std::string_view id) const;    // throws Error("Node ... not found")
    std::vector<std::string> ids() const;               // all, expansions included, in order
    const Json& original() const { return original_; }  // as validated; what PROMPT inputs see
    Json& original() { return original_; }

    // Returns the node's index. A node of the same id is replaced: a repeated expansion.
    std::size_t add(PromptNode node);
    std::string display_id(std::string_view id) const;  // the visible node
    std::string real_id(std::string_view id) const;     // the topmost ancestor
    std::optional<std::string> parent_id(std::string_view id) const;

private:
    Json original_;
    std::deque<PromptNode> nodes_;
    StringMap<std::size_t> index_;
};

}  // namespace easel::graph
