// Subgraphs: unique ids, their order, and the nodes that are instances of them.
#include "base/error.hpp"
#include "workflows/json_parts.hpp"
#include "workflows/ui_graph.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace easel::workflows {
namespace {

using NewIds = std::map<std::string, std::int64_t>;

Json* member(Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

// New ids follow the highest that the file ever gave away.
class IdPool {
public:
    explicit IdPool(const Json& workflow) {
        for (const Json& node : part(workflow, "nodes"))
            used_.insert(id_of(part(node, "id")));
        const auto last = whole_number(part(workflow, "last_node_id"));
        last_ = last ? *last : whole_number(part(part(workflow, "state"), "lastNodeId")).value_or(0);
    }
    bool take(const std::string& id) {
        if (!used_.insert(id).second) return false;
        const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
        if (!id.empty() && id.size() < 16 && std::all_of(id.begin(), id.end(), is_digit))
            last_ = std::max(last_, static_cast<std::int64_t>(std::stoll(id)));
        return true;
    }
    std::int64_t next() {
        while (!used_.insert(std::to_string(++last_)).second) {
        }
        return last_;
    }

private:
    std::set<std::string> used_;
    std::int64_t last_ = 0;
};

NewIds renumber(Json& nodes, IdPool& ids) {
    NewIds changed;
    for (Json& node : nodes) {
        Json* id = member(node, "id");
        if (!id || ids.take(id_of(*id))) continue;
        const std::int64_t next = ids.next();
        changed[id_of(*id)] = next;
        *id = next;
    }
    return changed;
}

void renumber_links(Json& links, const NewIds& changed) {
    for (Json& link : links)
        for (const char* end : {"origin_id", "target_id"})
            if (Json* id = member(link, end))
                if (const auto found = changed.find(id_of(*id)); found != changed.end()) *id = found->second;
}

// Promotions name nodes inside of the subgraph.
void renumber_promotions(Json& nodes, const std::map<std::string, NewIds>& changed) {
    for (Json& node : nodes) {
        const auto found = changed.find(text_of(part(node, "type")));
        Json* properties = found == changed.end() ? nullptr : member(node, "properties");
        Json* promotions = properties ? member(*properties, "proxyWidgets") : nullptr;
        if (!promotions || !promotions->is_array()) continue;
        for (Json& promotion : *promotions) {
            if (!promotion.is_array() || promotion.empty()) continue;
            const auto id = found->second.find(id_of(promotion[0]));
            if (id != found->second.end()) promotion[0] = std::to_string(id->second);
        }
    }
}

const Json* saved_input(const Json& instance, const std::string& name) {
    const Json* found = nullptr;
    for (const Json& input : part(instance, "inputs"))
        if (text_of(part(input, "name")) == name) found = &input;
    return found;
}

// Values that a newer frontend could not place: {input's name: value}, the first of a name counts.
std::map<std::string, Json> set_aside_values(const Json& instance) {
    std::map<std::string, Json> values;
    for (const Json& entry : part(part(instance, "properties"), "proxyWidgetErrorQuarantine")) {
        const Json& origin = part(entry, "originalEntry");
        const Json& value = part(entry, "hostValue");
        if (id_of(part(origin, std::size_t{0})) == "-1" && !value.is_null())
            values.emplace(text_of(part(origin, std::size_t{1})), value);
    }
    return values;
}

// What `look` finds at the first of the input's links that leads to a node inside.
template <class Look>
auto at_first_link(const Graph& subgraph, const Boundary& boundary, Look look)
    -> decltype(look(std::declval<Node&>(), std::declval<InputSlot&>())) {
    for (const std::int64_t id : boundary.links) {
        const Link* link = subgraph.link(id);
        Node* node = link ? subgraph.find(link->target) : nullptr;
        InputSlot* input = node ? node->input_with_link(id) : nullptr;
        if (!input) continue;
        if (auto found = look(*node, *input)) return found;
    }
    return {};
}

}  // namespace

void make_ids_unique(Json& workflow) {
    Json* definitions = member(workflow, "definitions");
    Json* subgraphs = definitions ? member(*definitions, "subgraphs") : nullptr;
    if (!subgraphs || !subgraphs->is_array()) return;
    IdPool ids(workflow);
    std::map<std::string, NewIds> changed;
    for (Json& subgraph : *subgraphs) {
        Json* nodes = member(subgraph, "nodes");
        if (!nodes || !nodes->is_array()) continue;
        NewIds renumbered = renumber(*nodes, ids);
        if (renumbered.empty()) continue;
        if (Json* links = member(subgraph, "links"); links && links->is_array()) renumber_links(*links, renumbered);
        changed[text_of(part(subgraph, "id"))] = std::move(renumbered);
    }
    for (Json& subgraph : *subgraphs)
        if (Json* nodes = member(subgraph, "nodes"); nodes && nodes->is_array()) renumber_promotions(*nodes, changed);
    if (Json* nodes = member(workflow, "nodes"); nodes && nodes->is_array()) renumber_promotions(*nodes, changed);
}

std::vector<Graph*> inside_first(Workflow& workflow) {
    std::map<const Graph*, std::set<const Graph*>> needs;
    for (Graph& graph : workflow.subgraphs)
        for (const Json& node : part(*graph.saved, "nodes")) {
            const auto found = workflow.subgraph_by_id.find(text_of(part(node, "type")));
            if (found != workflow.subgraph_by_id.end()) needs[&graph].insert(found->second);
        }
    std::vector<Graph*> ordered;
    std::set<const Graph*> done;
    while (ordered.size() < workflow.subgraphs.size()) {
        const std::size_t before = ordered.size();
        for (Graph& graph : workflow.subgraphs) {
            const auto& wanted = needs[&graph];
            const bool is_ready =
                std::all_of(wanted.begin(), wanted.end(), [&](const Graph* inner) { return done.contains(inner); });
            if (done.contains(&graph) || !is_ready) continue;
            ordered.push_back(&graph);
            done.insert(&graph);
        }
        if (ordered.size() > before) continue;
        for (const Graph& graph : workflow.subgraphs)
            if (!done.contains(&graph)) throw UserError("the subgraph \"" + graph.name + "\" contains itself");
    }
    return ordered;
}

std::optional<std::pair<std::string, std::string>> promoted_source(const Graph& subgraph, const Boundary& boundary) {
    using Source = std::optional<std::pair<std::string, std::string>>;
    return at_first_link(subgraph, boundary, [](Node& node, InputSlot& input) -> Source {
        if (node.subgraph) return Source({node.id, input.name});
        const Widget* widget = node.widget_of(input);
        return widget ? Source({node.id, widget->name}) : Source();
    });
}

void promote_widget(Node& instance, std::size_t at) {
    const Widget* inside = at_first_link(*instance.subgraph, instance.subgraph->inputs[at],
                                         [](Node& node, InputSlot& input) { return node.widget_of(input); });
    InputSlot& input = instance.inputs[at];
    if (!inside || input.promoted) return;
    input.widget = input.name;
    input.promoted = Widget{.name = input.name, .kind = inside->kind, .value = inside->value};
}

void configure_instance(Node& instance) {
    Graph& subgraph = *instance.subgraph;
    const Json& saved_outputs = part(*instance.saved, "outputs");
    for (std::size_t i = 0; i < std::max(subgraph.outputs.size(), saved_outputs.size()); ++i) {
        const Json& saved = part(saved_outputs, i);
        OutputSlot output{.type = i < subgraph.outputs.size() ? subgraph.outputs[i].type : text_of(part(saved, "type")),
                          .links = {}};
        for (const Json& link : part(saved, "links"))
            if (const auto id = whole_number(link)) output.links.push_back(*id);
        instance.outputs.push_back(std::move(output));
    }
    for (std::size_t i = 0; i < subgraph.inputs.size(); ++i) {
        const Boundary& boundary = subgraph.inputs[i];
        const Json* saved = saved_input(*instance.saved, boundary.name);
        instance.inputs.push_back({.name = boundary.name,
                                   .type = boundary.type,
                                   .link = saved ? whole_number(part(*saved, "link")) : std::nullopt,
                                   .widget = {},
                                   .promoted = {}});
        promote_widget(instance, i);
    }
    subgraph.instances.push_back(&instance);

    const Json& values = part(*instance.saved, "widgets_values");
    const std::map<std::string, Json> set_aside = set_aside_values(*instance.saved);
    std::size_t next = 0;
    for (InputSlot& input : instance.inputs) {
        if (!input.promoted) continue;
        if (values.is_array() && next < values.size()) input.promoted->value = values[next];
        if (const auto found = set_aside.find(input.name); found != set_aside.end())
            input.promoted->value = found->second;
        ++next;
    }
}

}  // namespace easel::workflows
