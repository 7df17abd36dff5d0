#include "graph/returns.hpp"

namespace easel::graph {

std::string Subgraph::add(std::string class_type, std::vector<std::pair<std::string, SubgraphInput>> inputs,
                          std::string name) {
    if (name.empty()) name = std::to_string(next_name_++);
    std::string id = id_of(name);
    nodes.push_back({.id = id, .class_type = std::move(class_type), .inputs = std::move(inputs), .display_id = {}});
    return id;
}

}  // namespace easel::graph
