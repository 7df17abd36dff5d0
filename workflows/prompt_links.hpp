// Where each input of a prompt gets its value from: links followed through subgraphs, reroutes, bypassed and muted
// nodes.
#pragma once

#include "workflows/ui_graph.hpp"

#include <deque>
#include <string>
#include <variant>
#include <vector>

namespace easel::workflows {

// A node at one place: those in a subgraph are at as many places as it has instances. "12:7" is node 7 in instance 12.
struct Place {
    Node* node = nullptr;
    std::string id;
    const Place* instance = nullptr;  // which it is in
};

struct Output {
    std::string node;
    std::size_t slot = 0;
};

// What an input gets: nothing (its own widget counts), the value of a promoted widget, or an output.
using Source = std::variant<std::monostate, const Json*, Output>;

class Places {
public:
    // Throws UserError where subgraphs within subgraphs make too many nodes.
    explicit Places(Workflow& workflow);
    Places(const Places&) = delete;
    Places& operator=(const Places&) = delete;

    // In the order in which the frontend runs through them.
    const std::deque<Place>& all() const { return places_; }

    // Throws UserError for links that go round in a circle or lead to nodes that do not exist.
    Source source(const Place& place, std::size_t input) const;

private:
    struct Search;

    void add(Node& node, const Place* instance);
    void add_inside(const Place& instance);
    const Place& find(const std::string& id) const;
    Source through_input(const Place& place, std::size_t input, std::string type, Search& search) const;
    Source through_output(const Place& place, std::size_t output, const std::string& type, Search& search) const;
    Source out_of_subgraph(const Place& instance, std::size_t output, const std::string& type, Search& search) const;

    std::deque<Place> places_;
    StringMap<const Place*> by_id_;
};

}  // namespace easel::workflows
