// Loading: from the saved JSON to nodes, links and subgraphs.
#include "workflows/ui_graph.hpp"

#include "base/error.hpp"
#include "workflows/json_parts.hpp"

#include <algorithm>

namespace easel::workflows {
namespace {

constexpr std::size_t most_nodes = 50'000;

// Two titles that the frontend's own texts put in the place of the node's.
const char* title_of_frontend(const std::string& type) {
    if (type == "LTXVConcatAVLatent" || type == "LTXVSeparateAVLatent") return type.c_str();
    return nullptr;
}

Mode mode_of(const Json& saved) {
    const auto number = whole_number(part(saved, "mode"));
    if (number == 2) return Mode::muted;
    return number == 4 ? Mode::bypassed : Mode::active;
}

// [id, origin, slot, target, slot, type] in a workflow, an object in a subgraph.
void read_link(Graph& graph, const Json& saved) {
    const bool is_list = saved.is_array();
    const auto id = whole_number(is_list ? part(saved, std::size_t{0}) : part(saved, "id"));
    const auto slot = whole_number(is_list ? part(saved, std::size_t{2}) : part(saved, "origin_slot"));
    if (!id || !slot || *slot < 0) return;
    graph.links[*id] = {.origin = id_of(is_list ? part(saved, std::size_t{1}) : part(saved, "origin_id")),
                        .origin_slot = static_cast<std::size_t>(*slot),
                        .target = id_of(is_list ? part(saved, std::size_t{3}) : part(saved, "target_id"))};
    graph.last_link = std::max(graph.last_link, *id);
}

std::vector<Boundary> read_boundary(const Json& saved) {
    std::vector<Boundary> slots;
    for (const Json& slot : saved) {
        Boundary boundary{.name = text_of(part(slot, "name")), .type = text_of(part(slot, "type")), .links = {}};
        for (const Json& link : part(slot, "linkIds"))
            if (const auto id = whole_number(link)) boundary.links.push_back(*id);
        slots.push_back(std::move(boundary));
    }
    return slots;
}

// What the frontend itself brings, without a definition from the server.
bool add_frontend_parts(Node& node) {
    if (node.type == "Note" || node.type == "MarkdownNote") {
        node.title = node.type == "Note" ? "Note" : "Markdown Note";
    } else if (node.type == "Reroute") {
        node.title = "Reroute";
    } else if (node.type == "PrimitiveNode") {
        node.title = "Primitive";
    } else {
        return false;
    }
    node.is_virtual = true;
    return true;
}

void note_unknown(Workflow& workflow, const Node& node) {
    auto& types = workflow.unknown_types;
    if (node.mode == Mode::active && std::find(types.begin(), types.end(), node.type) == types.end())
        types.push_back(node.type);
}

// One that the file does not describe.
void refuse_group_node(const Node& node) {
    const bool is_group = node.type.starts_with("workflow>") || node.type.starts_with("workflow/");
    if (is_group && node.mode == Mode::active)
        throw UserError("node " + node.id + " is a group node (" + node.type.substr(9) +
                        "), and the workflow does not say what it is made of");
}

void create(Workflow& workflow, Node& node, const FindDefinition& find) {
    if (const auto found = workflow.subgraph_by_id.find(node.type); found != workflow.subgraph_by_id.end()) {
        node.subgraph = found->second;
        node.is_virtual = true;
        node.title = node.subgraph->name;
    } else if (!add_frontend_parts(node)) {
        node.definition = &definition_of(workflow, node, find);
        node.title = text_of(part(*node.definition, "display_name"));
        if (const char* title = title_of_frontend(node.type)) node.title = title;
        if (node.title.empty()) node.title = node.type;
        add_defined_parts(node);
    }
    if (const std::string title = text_of(part(*node.saved, "title")); !title.empty()) node.title = title;
}

void load_graph(Workflow& workflow, Graph& graph, const FindDefinition& find) {
    for (const Json& link : part(*graph.saved, "links"))
        read_link(graph, link);
    for (const Json& saved : part(*graph.saved, "nodes")) {
        Node& node = graph.nodes.emplace_back();
        node.saved = &saved;
        node.graph = &graph;
        node.id = id_of(part(saved, "id"));
        node.type = text_of(part(saved, "type"));
        node.mode = mode_of(saved);
        if (node.id.empty() || node.type.empty()) throw UserError("a node of the workflow has no id or no type");
        if (!graph.by_id.emplace(node.id, &node).second)
            throw UserError("two nodes of the workflow have the id " + node.id);
        create(workflow, node, find);
    }
    for (Node& node : graph.nodes)
        node.subgraph ? configure_instance(node) : configure(node);
    for (Node& node : graph.nodes)
        if (node.subgraph) apply_saved_promotions(node);
}

// A primitive takes the kind of what it is linked to, and with it a widget of its own.
void add_primitive_widget(Node& primitive) {
    if (primitive.outputs.empty() || primitive.outputs[0].links.empty()) return;
    const std::int64_t first = primitive.outputs[0].links[0];
    const Link* link = primitive.graph->link(first);
    Node* target = link ? primitive.graph->find(link->target) : nullptr;
    const InputSlot* input = target ? target->input_with_link(first) : nullptr;
    if (!input || (input->widget.empty() && !is_widget_type(input->type))) return;
    const Widget* widget = target->widget_of(*input);
    const Json& own = part(part(*primitive.saved, "widgets_values"), std::size_t{0});
    primitive.widgets.push_back({.name = "value", .value = own.is_null() && widget ? widget->value : own});
}

// Inputs that a file has for widgets which the node lost since then.
void remove_stale_inputs(Node& node) {
    std::erase_if(node.inputs, [&](const InputSlot& input) { return !input.widget.empty() && !node.widget_of(input); });
}

void finish(Graph& graph) {
    for (Node& node : graph.nodes) {
        if (node.type == "PrimitiveNode" && !node.subgraph)
            add_primitive_widget(node);
        else if (node.definition)
            remove_stale_inputs(node);
    }
}

}  // namespace

Node* Graph::find(std::string_view id) const {
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
}

const Link* Graph::link(std::int64_t id) const {
    const auto found = links.find(id);
    return found == links.end() ? nullptr : &found->second;
}

const Json& definition_of(Workflow& workflow, const Node& node, const FindDefinition& find) {
    if (const Json* built_in = find(node.type)) return *built_in;
    refuse_group_node(node);
    note_unknown(workflow, node);
    if (const Json* known = known_definition(node.type)) return *known;
    return workflow.guessed_definitions.emplace_back(guessed_definition(*node.saved));
}

std::unique_ptr<Workflow> load(const Json& saved, const FindDefinition& find) {
    auto workflow = std::make_unique<Workflow>();
    workflow->saved = saved;
    make_ids_unique(workflow->saved);
    expand_group_nodes(*workflow, find);
    workflow->root.saved = &workflow->saved;
    std::size_t nodes = part(workflow->saved, "nodes").size();
    for (const Json& definition : part(part(workflow->saved, "definitions"), "subgraphs")) {
        Graph& graph = workflow->subgraphs.emplace_back();
        graph.saved = &definition;
        graph.name = text_of(part(definition, "name"));
        graph.inputs = read_boundary(part(definition, "inputs"));
        graph.outputs = read_boundary(part(definition, "outputs"));
        workflow->subgraph_by_id.emplace(text_of(part(definition, "id")), &graph);
        nodes += part(definition, "nodes").size();
    }
    if (nodes > most_nodes) throw UserError("the workflow has " + std::to_string(nodes) + " nodes, too many");
    for (Graph* graph : inside_first(*workflow))
        load_graph(*workflow, *graph, find);
    load_graph(*workflow, workflow->root, find);
    for (Graph& graph : workflow->subgraphs)
        finish(graph);
    finish(workflow->root);
    return workflow;
}

}  // namespace easel::workflows
