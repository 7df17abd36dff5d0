// Promotions as frontends before 1.40 saved them: an instance of a subgraph lists the widgets inside that it shows, by
// node and name ("proxyWidgets"), and its values in that order. Each becomes an input of the subgraph that is linked to
// the widget; a list that a newer frontend already turned into inputs is only read for its values.
#include "workflows/json_parts.hpp"
#include "workflows/ui_graph.hpp"

#include <algorithm>
#include <tuple>

namespace easel::workflows {
namespace {

constexpr int deepest_promotion = 100;

struct Promotion {
    std::string node, widget;
    std::string inner_node;  // of the widget of an instance inside: whose it is there; may be empty
    const Json* value = nullptr;
};

// "12: 7: seed" names a widget by the way to it: the last number is the node that has it.
void strip_prefixes(Promotion& promotion) {
    while (true) {
        const std::string& name = promotion.widget;
        const std::size_t first = name.find_first_not_of(" \t");
        const std::size_t end = name.find_first_not_of("0123456789", std::min(first, name.size()));
        const std::size_t colon = name.find_first_not_of(" \t", std::min(end, name.size()));
        if (first == name.npos || end == first || colon == name.npos || name[colon] != ':') return;
        const std::size_t rest = name.find_first_not_of(" \t", colon + 1);
        if (rest == name.npos) return;
        promotion.inner_node = name.substr(first, end - first);
        promotion.widget = std::string(name.substr(rest));
    }
}

// Whether there is such a widget, through instances of subgraphs inside.
bool leads_to_widget(const Node& instance, std::string node_id, std::string widget) {
    const Graph* graph = instance.subgraph;
    for (int depth = 0; depth < deepest_promotion; ++depth) {
        Node* node = graph->find(node_id);
        if (!node) return false;
        if (!node->subgraph) return node->widget(widget) != nullptr;
        const auto& inputs = node->subgraph->inputs;
        const auto boundary =
            std::find_if(inputs.begin(), inputs.end(), [&](const Boundary& input) { return input.name == widget; });
        if (boundary == inputs.end()) return false;
        const auto source = promoted_source(*node->subgraph, *boundary);
        if (!source) return false;
        graph = node->subgraph;
        std::tie(node_id, widget) = *source;
    }
    return false;
}

std::vector<Promotion> read_promotions(const Node& instance, const Json& list) {
    const Json& values = part(*instance.saved, "widgets_values");
    std::vector<Promotion> promotions;
    for (std::size_t i = 0; i < list.size(); ++i) {
        Promotion promotion{.node = id_of(part(list[i], std::size_t{0})),
                            .widget = text_of(part(list[i], std::size_t{1})),
                            .inner_node = id_of(part(list[i], std::size_t{2}))};
        if (!leads_to_widget(instance, promotion.node, promotion.widget)) strip_prefixes(promotion);
        if (const Json& value = part(values, i); !value.is_null()) promotion.value = &value;
        promotions.push_back(std::move(promotion));
    }
    return promotions;
}

void give_value(InputSlot* input, const Json* value) {
    if (input && input->promoted && value) input->promoted->value = *value;
}

void disconnect(Graph& graph, InputSlot& input) {
    if (!input.link) return;
    const std::int64_t id = *input.link;
    input.link.reset();
    if (const Link* link = graph.link(id))
        if (Node* origin = graph.find(link->origin))
            for (OutputSlot& output : origin->outputs)
                std::erase(output.links, id);
    for (Boundary& boundary : graph.inputs)
        std::erase(boundary.links, id);
    graph.links.erase(id);
}

// A new input of the subgraph, and of every instance; its index.
std::size_t add_boundary(Graph& subgraph, const std::string& wanted, const std::string& type) {
    const auto is_taken = [&](const std::string& name) {
        return std::any_of(subgraph.inputs.begin(), subgraph.inputs.end(),
                           [&](const Boundary& input) { return input.name == name; });
    };
    std::string name = wanted;
    for (int i = 1; is_taken(name); ++i)
        name = wanted + "_" + std::to_string(i);
    subgraph.inputs.push_back({.name = name, .type = type, .links = {}});
    for (Node* instance : subgraph.instances)
        instance->inputs.push_back({.name = name, .type = type, .link = {}, .widget = {}, .promoted = {}});
    return subgraph.inputs.size() - 1;
}

void connect(Graph& subgraph, std::size_t boundary, Node& node, InputSlot& input) {
    disconnect(subgraph, input);
    const std::int64_t id = ++subgraph.last_link;
    subgraph.links[id] = {.origin = std::string(subgraph_inputs_id), .origin_slot = boundary, .target = node.id};
    subgraph.inputs[boundary].links.push_back(id);
    input.link = id;
    for (Node* instance : subgraph.instances)
        promote_widget(*instance, boundary);
}

// The input of a node inside that belongs to the widget.
InputSlot* input_of_widget(Node& node, const Promotion& promotion) {
    if (node.subgraph) {
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            InputSlot& input = node.inputs[i];
            const auto source = promoted_source(*node.subgraph, node.subgraph->inputs[i]);
            const bool is_named = source && source->second == promotion.widget;
            const bool fits = promotion.inner_node.empty() ? is_named || input.name == promotion.widget
                                                           : is_named && source->first == promotion.inner_node;
            if (fits) return input.promoted ? &input : nullptr;
        }
        return nullptr;
    }
    const Widget* widget = node.widget(promotion.widget);
    if (!widget || widget->kind == WidgetKind::display) return nullptr;
    for (InputSlot& input : node.inputs)
        if (input.widget == promotion.widget) return &input;
    return nullptr;
}

InputSlot* linked_input(Node& instance, const Promotion& promotion) {
    for (std::size_t i = 0; i < instance.inputs.size(); ++i) {
        const auto source = promoted_source(*instance.subgraph, instance.subgraph->inputs[i]);
        if (source && source->first == promotion.node && source->second == promotion.widget) return &instance.inputs[i];
    }
    return nullptr;
}

void promote(Node& instance, Node& source, const Promotion& promotion) {
    InputSlot* input = input_of_widget(source, promotion);
    if (!input) return;
    const std::size_t boundary = add_boundary(*instance.subgraph, promotion.widget, input->type);
    connect(*instance.subgraph, boundary, source, *input);
    give_value(&instance.inputs[boundary], promotion.value);
}

// What a primitive fed is fed by the subgraph's input instead. Nothing is changed unless all of it can be.
void replace_primitive(Node& instance, Node& primitive, const std::vector<const Promotion*>& promotions) {
    Graph& subgraph = *instance.subgraph;
    const std::string& type = primitive.outputs[0].type;
    std::vector<std::pair<Node*, std::int64_t>> targets;
    for (const std::int64_t id : primitive.outputs[0].links) {
        const Link* link = subgraph.link(id);
        Node* node = link ? subgraph.find(link->target) : nullptr;
        const InputSlot* input = node ? node->input_with_link(id) : nullptr;
        if (!input || (input->type != type && input->type != "*" && type != "*")) return;
        targets.emplace_back(node, id);
    }
    const bool is_one_widget = std::all_of(promotions.begin(), promotions.end(), [&](const Promotion* promotion) {
        return promotion->widget == promotions[0]->widget;
    });
    if (targets.empty() || !is_one_widget) return;
    const bool is_renamed = !primitive.title.empty() && primitive.title != "PrimitiveNode";
    const std::size_t boundary = add_boundary(subgraph, is_renamed ? primitive.title : promotions[0]->widget, type);
    for (const auto& [node, id] : targets)
        if (InputSlot* input = node->input_with_link(id)) connect(subgraph, boundary, *node, *input);
    const auto given = std::find_if(promotions.begin(), promotions.end(),
                                    [](const Promotion* promotion) { return promotion->value != nullptr; });
    if (given != promotions.end()) give_value(&instance.inputs[boundary], (*given)->value);
    primitive.bypassed_to = subgraph.inputs[boundary].name;
}

using ByPrimitive = std::vector<std::pair<Node*, std::vector<const Promotion*>>>;

std::vector<const Promotion*>& together_with(Node& primitive, ByPrimitive& of_primitives) {
    for (auto& [node, promotions] : of_primitives)
        if (node == &primitive) return promotions;
    return of_primitives.emplace_back(&primitive, std::vector<const Promotion*>{}).second;
}

}  // namespace

void apply_saved_promotions(Node& instance) {
    const Json& saved = part(part(*instance.saved, "properties"), "proxyWidgets");
    const Json list = saved.is_string() ? Json::parse(text_of(saved), nullptr, false) : saved;
    if (!list.is_array()) return;
    const std::vector<Promotion> promotions = read_promotions(instance, list);
    ByPrimitive of_primitives;
    std::vector<const Promotion*> by_input_name;
    for (const Promotion& promotion : promotions) {
        Node* source = instance.subgraph->find(promotion.node);
        if (InputSlot* input = linked_input(instance, promotion))
            give_value(input, promotion.value);
        else if (!source)
            by_input_name.push_back(&promotion);
        else if (source->type != "PrimitiveNode")
            promote(instance, *source, promotion);
        else if (InputSlot* bypass = source->bypassed_to.empty() ? nullptr : instance.input(source->bypassed_to))
            give_value(bypass, promotion.value);
        else if (!source->outputs.empty())
            together_with(*source, of_primitives).push_back(&promotion);
    }
    for (const auto& [primitive, own] : of_primitives)
        replace_primitive(instance, *primitive, own);
    for (const Promotion* promotion : by_input_name)
        if (promotion->node == "-1") give_value(instance.input(promotion->widget), promotion->value);
}

}  // namespace easel::workflows
