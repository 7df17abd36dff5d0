#include "workflows/ui_workflow.hpp"

#include "base/error.hpp"
#include "workflows/json_parts.hpp"
#include "workflows/prompt_links.hpp"
#include "workflows/ui_graph.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <random>

namespace easel::workflows {
namespace {

// Nodes whose file name may hold patterns.
constexpr std::array saving_nodes = {"SaveImage",         "SaveImageAdvanced", "SaveSVGNode",     "SaveVideo",
                                     "SaveAnimatedWEBP",  "SaveWEBM",          "SaveAudio",       "SaveAudioMP3",
                                     "SaveAudioOpus",     "SaveAudioAdvanced", "SaveGLB",         "Save3DAdvanced",
                                     "SaveGaussianSplat", "SavePointCloud",    "SaveAnimatedPNG", "CLIPSave",
                                     "VAESave",           "ModelSave",         "LoraSave",        "SaveLatent"};
constexpr const char* search_name = "Node name for S&R";

bool saves(const Node& node) {
    return std::find(saving_nodes.begin(), saving_nodes.end(), node.type) != saving_nodes.end();
}

std::string as_text(const Json& value) {
    if (value.is_null()) return {};
    return value.is_string() ? text_of(value) : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Visit>
void for_each_graph(Workflow& workflow, Visit visit) {
    visit(workflow.root);
    for (Graph& graph : workflow.subgraphs)
        visit(graph);
}

// Makes the prompt of a workflow that is loaded.
class Prompter {
public:
    Prompter(Workflow& workflow, const Choose& choose) : workflow_(workflow), choose_(choose) {}

    Json prompt() {
        for_each_graph(workflow_, [this](Graph& graph) {
            for (Node& node : graph.nodes)
                if (node.type == "PrimitiveNode" && !node.widgets.empty()) hand_out(node);
        });
        const Places places(workflow_);
        std::vector<std::pair<std::string, Json>> nodes;
        for (const Place& place : places.all())
            if (!place.node->is_virtual && place.node->mode == Mode::active)
                nodes.emplace_back(place.id, prompt_node(place, places));
        remove_dangling_links(nodes);
        numbers_first(nodes);
        Json prompt = Json::object();
        auto& members = prompt.get_ref<Json::object_t&>();
        for (auto& [id, node] : nodes)
            members.push_back({id, std::move(node)});
        return prompt;
    }

private:
    // A primitive's value becomes that of every widget it is linked to.
    void hand_out(Node& primitive) {
        Json value = primitive.widgets[0].value;
        if (value.is_string() && is_set(part(part(*primitive.saved, "properties"), "Run widget replace on values")))
            value = filled(text_of(value));
        if (primitive.outputs.empty()) return;
        for (const std::int64_t id : primitive.outputs[0].links) {
            const Link* link = primitive.graph->link(id);
            Node* target = link ? primitive.graph->find(link->target) : nullptr;
            const InputSlot* input = target ? target->input_with_link(id) : nullptr;
            Widget* widget = input ? target->widget_of(*input) : nullptr;
            if (!widget) continue;
            if (target->subgraph)
                widget->value = value;
            else
                set_value(*target, static_cast<std::size_t>(widget - target->widgets.data()), value);
        }
    }

    Json prompt_node(const Place& place, const Places& places) {
        Node& node = *place.node;
        Json inputs = Json::object();
        for (const Widget& widget : node.widgets)
            if (widget.is_sent && !widget.name.empty()) inputs[widget.name] = sent(value_of(node, widget), widget.kind);
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const Source source = places.source(place, i);
            const std::string& name = node.inputs[i].name;
            if (const auto* output = std::get_if<Output>(&source))
                inputs[name] = Json::array({output->node, output->slot});
            else if (const auto* value = std::get_if<const Json*>(&source))
                inputs[name] = sent(**value, WidgetKind::plain);
        }
        return {{"inputs", std::move(inputs)}, {"class_type", node.type}, {"_meta", {{"title", node.title}}}};
    }

    // A list would read as a link, so it is wrapped.
    static Json sent(Json value, WidgetKind kind) {
        value = with_plain_numbers(std::move(value));
        if (!value.is_array()) return value;
        if (kind == WidgetKind::curve) return {{"__type__", "CURVE"}, {"__value__", std::move(value)}};
        return {{"__value__", std::move(value)}};
    }

    Json value_of(const Node& node, const Widget& widget) {
        const Json& value = widget.value;
        if (widget.kind == WidgetKind::option_index) return chosen_option(node);
        if (widget.kind == WidgetKind::combo && value.is_null()) return part(*widget.options, std::size_t{0});
        if (!value.is_string()) return value;
        const std::string text = text_of(value);
        if (widget.has_alternatives) return with_alternatives_chosen(text, choose_);
        if (widget.name == "filename_prefix" && saves(node)) return filled(text);
        const bool is_sampler = node.type == "KSampler" || node.type == "KSamplerAdvanced";
        if (is_sampler && widget.name == "sampler_name" && text.starts_with("sample_")) return text.substr(7);
        return value;
    }

    static Json chosen_option(const Node& node) {
        constexpr std::size_t first = 2;  // behind the choice itself and this index
        for (std::size_t i = first; i < node.widgets.size(); ++i)
            if (node.widgets[i].value == node.widgets[0].value) return i - first;
        return -1;
    }

    std::string filled(const std::string& text) {
        return with_patterns_filled(text,
                                    [this](const std::string& name, const std::string& widget, std::string& value) {
                                        Node* node = find_for_pattern(name);
                                        const Widget* found = node ? node->widget(widget) : nullptr;
                                        if (!found) return false;
                                        value = as_text(with_plain_numbers(found->value));
                                        return true;
                                    });
    }

    // By the name for it that the file gives, its type where it gives none; else by title.
    Node* find_for_pattern(const std::string& name) {
        Node *by_name = nullptr, *by_title = nullptr;
        for_each_graph(workflow_, [&](Graph& graph) {
            for (Node& node : graph.nodes) {
                const Json& given = part(part(*node.saved, "properties"), search_name);
                const bool is_named = given.is_null() ? node.type == name && !saves(node) : text_of(given) == name;
                if (!by_name && is_named) by_name = &node;
                if (!by_title && node.title == name) by_title = &node;
            }
        });
        return by_name ? by_name : by_title;
    }

    using Nodes = std::vector<std::pair<std::string, Json>>;

    // Links to nodes that are not sent.
    static void remove_dangling_links(Nodes& nodes) {
        StringSet ids;
        for (const auto& [id, node] : nodes)
            ids.insert(id);
        for (auto& [id, node] : nodes) {
            Json& inputs = node["inputs"];
            std::vector<std::string> dangling;
            for (const auto& input : inputs.items()) {
                const bool is_link = input.value().is_array() && input.value().size() == 2;
                if (is_link && !ids.contains(text_of(input.value()[0]))) dangling.push_back(input.key());
            }
            for (const std::string& name : dangling)
                inputs.erase(name);
        }
    }

    // JavaScript keeps whole numbers before other keys.
    static void numbers_first(Nodes& nodes) {
        const auto number = [](const std::string& id) {
            const bool is_number = id.size() < 10 && id.find_first_not_of("0123456789") == id.npos;
            return is_number ? std::stoll(id) : std::numeric_limits<long long>::max();
        };
        std::stable_sort(nodes.begin(), nodes.end(),
                         [&](const auto& one, const auto& other) { return number(one.first) < number(other.first); });
    }

    Workflow& workflow_;
    const Choose& choose_;
};

void add_models(const Json& list, std::vector<NeededModel>& models) {
    if (!list.is_array()) return;
    for (const Json& saved : list) {
        NeededModel model{.name = text_of(part(saved, "name")),
                          .directory = text_of(part(saved, "directory")),
                          .url = text_of(part(saved, "url"))};
        const bool is_known = std::any_of(models.begin(), models.end(), [&](const NeededModel& other) {
            return other.name == model.name && other.directory == model.directory;
        });
        if (!model.name.empty() && !is_known) models.push_back(std::move(model));
    }
}

void add_models_of_nodes(const Json& nodes, std::vector<NeededModel>& models) {
    if (!nodes.is_array()) return;
    for (const Json& node : nodes) {
        const auto mode = whole_number(part(node, "mode")).value_or(0);
        if (mode != 2 && mode != 4) add_models(part(part(node, "properties"), "models"), models);
    }
}

}  // namespace

bool is_ui_workflow(const Json& json) { return part(json, "nodes").is_array() && part(json, "links").is_array(); }

Choose random_choice() {
    auto generator = std::make_shared<std::mt19937>(std::random_device{}());
    return
        [generator](std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(*generator); };
}

Conversion to_prompt(const Json& workflow, const FindDefinition& find, const Choose& choose) {
    if (!is_ui_workflow(workflow)) throw UserError("this is no workflow: it has no lists \"nodes\" and \"links\"");
    const std::unique_ptr<Workflow> loaded = load(workflow, find);
    Conversion conversion;
    conversion.prompt = Prompter(*loaded, choose).prompt();
    conversion.unknown_types = loaded->unknown_types;
    return conversion;
}

std::vector<NeededModel> needed_models(const Json& workflow) {
    std::vector<NeededModel> models;
    add_models(part(workflow, "models"), models);
    add_models_of_nodes(part(workflow, "nodes"), models);
    const Json& subgraphs = part(part(workflow, "definitions"), "subgraphs");
    if (subgraphs.is_array())
        for (const Json& subgraph : subgraphs)
            add_models_of_nodes(part(subgraph, "nodes"), models);
    return models;
}

}  // namespace easel::workflows
