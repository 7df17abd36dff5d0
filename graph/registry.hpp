// Every node type the program knows, by id, in the order of registration. Const after start-up.
#pragma once

#include "base/string_map.hpp"
#include "graph/node.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace easel::graph {

class Registry {
public:
    // Throws Error when the id is taken.
    template <class Node>
    void add(std::string id) {
        add(std::move(id), make_node<Node>());
    }
    void add(std::string id, NodeDef def);

    const NodeDef* find(std::string_view id) const;
    // Node types in order of registration.
    const std::vector<const NodeDef*>& all() const { return order_; }

private:
    StringMap<std::unique_ptr<NodeDef>> by_id_;
    std::vector<const NodeDef*> order_;
};

}  // namespace easel::graph
