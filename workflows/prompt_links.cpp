#include "workflows/prompt_links.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace easel::workflows {
namespace {

constexpr std::size_t most_places = 50'000;
constexpr std::size_t longest_way = 2'000;

bool is_any(const std::string& type) { return type.empty() || type == "*"; }

std::vector<std::string> kinds(const std::string& types) {
    std::vector<std::string> all(1);
    for (const char c : types) {
        if (c == ',')
            all.emplace_back();
        else
            all.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return all;
}

// "INT,FLOAT" takes either; case does not matter.
bool fit_together(const std::string& one, const std::string& other) {
    if (is_any(one) || is_any(other) || one == other) return true;
    const std::vector<std::string> left = kinds(one), right = kinds(other);
    return std::any_of(left.begin(), left.end(), [&](const std::string& kind) {
        return is_any(kind) || std::find(right.begin(), right.end(), kind) != right.end();
    });
}

// The input that a bypassed node hands on as this output.
std::optional<std::size_t> bypass(const Node& node, std::size_t output, const std::string& type) {
    const auto& inputs = node.inputs;
    if (inputs.empty()) return {};
    if (is_any(type)) return output < inputs.size() ? output : 0;
    const std::string given = output < node.outputs.size() ? node.outputs[output].type : std::string();
    const auto fits = [&](const InputSlot& input) {
        return fit_together(input.type, given) && fit_together(input.type, type);
    };
    if (output < inputs.size() && fits(inputs[output])) return output;
    auto found = std::find_if(inputs.begin(), inputs.end(), [&](const InputSlot& input) { return input.type == type; });
    if (found == inputs.end()) found = std::find_if(inputs.begin(), inputs.end(), fits);
    if (found == inputs.end()) return {};
    return static_cast<std::size_t>(found - inputs.begin());
}

// Nodes after what feeds them; as far as they have no order, and in circles, the file's order and that of ids counts.
std::vector<Node*> in_order(Graph& graph) {
    std::map<Node*, std::size_t> waiting;
    std::vector<Node*> ordered;
    for (Node& node : graph.nodes) {
        const auto linked = static_cast<std::size_t>(std::count_if(
            node.inputs.begin(), node.inputs.end(), [](const InputSlot& input) { return input.link.has_value(); }));
        if (linked == 0)
            ordered.push_back(&node);
        else
            waiting[&node] = linked;
    }
    std::set<std::int64_t> seen;
    for (std::size_t next = 0; next < ordered.size(); ++next)
        for (const OutputSlot& output : ordered[next]->outputs)
            for (const std::int64_t id : output.links) {
                const Link* link = graph.link(id);
                Node* target = link && seen.insert(id).second ? graph.find(link->target) : nullptr;
                const auto found = waiting.find(target);
                if (found != waiting.end() && --found->second == 0) {
                    waiting.erase(found);
                    ordered.push_back(target);
                }
            }
    for (Node& node : graph.nodes)
        if (waiting.contains(&node)) ordered.push_back(&node);
    return ordered;
}

bool is_of_primitive(const Graph& graph, std::int64_t id) {
    const Link* link = graph.link(id);
    const Node* origin = link ? graph.find(link->origin) : nullptr;
    return origin && origin->type == "PrimitiveNode" && !origin->subgraph;
}

}  // namespace

// One way from an input backwards.
struct Places::Search {
    std::set<std::pair<const Place*, std::size_t>> inputs, outputs;

    void visit(std::set<std::pair<const Place*, std::size_t>>& seen, const Place& place, std::size_t slot) const {
        if (!seen.emplace(&place, slot).second || inputs.size() + outputs.size() > longest_way)
            throw UserError("the links of the workflow go round in a circle at node " + place.id);
    }
};

Places::Places(Workflow& workflow) {
    for (Node* node : in_order(workflow.root)) {
        add(*node, nullptr);
        if (node->subgraph && node->mode == Mode::active) add_inside(places_.back());
    }
}

void Places::add(Node& node, const Place* instance) {
    if (places_.size() >= most_places) throw UserError("the workflow's subgraphs make too many nodes");
    Place& place = places_.emplace_back(
        Place{.node = &node, .id = instance ? instance->id + ":" + node.id : node.id, .instance = instance});
    by_id_[place.id] = &place;
}

void Places::add_inside(const Place& instance) {
    for (Node& node : instance.node->subgraph->nodes) {
        add(node, &instance);
        if (node.subgraph) add_inside(places_.back());
    }
}

const Place& Places::find(const std::string& id) const {
    const auto found = by_id_.find(id);
    if (found == by_id_.end())
        throw UserError("a link of the workflow comes from node " + id + ", which does not exist");
    return *found->second;
}

Source Places::source(const Place& place, std::size_t input) const {
    Search search;
    return through_input(place, input, "", search);
}

// `type` is that of the input where the search began; empty: this is it.
Source Places::through_input(const Place& place, std::size_t at, std::string type, Search& search) const {
    search.visit(search.inputs, place, at);
    const InputSlot& input = place.node->inputs[at];
    if (type.empty()) type = input.type;
    const Link* link = input.link ? place.node->graph->link(*input.link) : nullptr;
    if (!link) return {};
    const Place* instance = place.instance;
    if (instance && link->origin == subgraph_inputs_id) {
        if (link->origin_slot >= instance->node->inputs.size()) return {};
        const InputSlot& outer = instance->node->inputs[link->origin_slot];
        // A primitive has handed its value to the widget already.
        if (outer.promoted && (!outer.link || is_of_primitive(*instance->node->graph, *outer.link)))
            return &outer.promoted->value;
        if (outer.link) return through_input(*instance, link->origin_slot, "", search);
        return {};
    }
    return through_output(find(instance ? instance->id + ":" + link->origin : link->origin), link->origin_slot, type,
                          search);
}

Source Places::through_output(const Place& place, std::size_t output, const std::string& type, Search& search) const {
    search.visit(search.outputs, place, output);
    const Node& node = *place.node;
    if (node.mode == Mode::muted) return {};
    if (node.mode == Mode::bypassed) {
        const auto input = bypass(node, output, type);
        return input ? through_input(place, *input, "", search) : Source();
    }
    if (node.subgraph) return out_of_subgraph(place, output, type, search);
    if (!node.is_virtual) return Output{place.id, output};
    return output < node.inputs.size() ? through_input(place, output, type, search) : Source();
}

Source Places::out_of_subgraph(const Place& instance, std::size_t output, const std::string& type,
                               Search& search) const {
    const Graph& subgraph = *instance.node->subgraph;
    if (output >= subgraph.outputs.size()) return {};
    for (const std::int64_t id : subgraph.outputs[output].links) {
        const Link* link = subgraph.link(id);
        if (!link) continue;
        // Straight from an input of the subgraph to its output.
        if (link->origin == subgraph_inputs_id)
            return link->origin_slot < instance.node->inputs.size()
                       ? through_input(instance, link->origin_slot, type, search)
                       : Source();
        return through_output(find(instance.id + ":" + link->origin), link->origin_slot, type, search);
    }
    return {};
}

}  // namespace easel::workflows
