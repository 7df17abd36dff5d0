// Group nodes: what older frontends made of several nodes before there were subgraphs. extra.groupNodes has the nodes
// of each and the links between them by position; a node of type "workflow>NAME" stands for them, with the inputs and
// outputs that no link inside takes, and all their widgets one after the other. Each becomes an instance of a subgraph
// of its own, numbered as by frontend 1.49.6, which does the same. Its slips are not copied: there, choices of a list
// and links through reroutes inside of the group get lost.
#include "base/error.hpp"
#include "base/string_map.hpp"
#include "workflows/json_parts.hpp"
#include "workflows/ui_graph.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace easel::workflows {
namespace {

constexpr std::size_t most_inner_nodes = 20'000;
constexpr std::int64_t subgraph_outputs_id = -20;

using Slot = std::pair<std::size_t, std::size_t>;  // a node inside, one of its inputs or outputs

// "workflow>NAME", or "workflow/NAME" before.
std::string group_name(const Json& node) {
    const std::string type = text_of(part(node, "type"));
    const bool is_group = type.starts_with("workflow>") || type.starts_with("workflow/");
    return is_group ? type.substr(9) : std::string();
}

std::optional<std::size_t> position(const Json& value, std::size_t limit) {
    const auto number = whole_number(value);
    if (!number || *number < 0 || static_cast<std::size_t>(*number) >= limit) return {};
    return static_cast<std::size_t>(*number);
}

Json& list_in(Json& object, const char* name) {
    if (!object[name].is_array()) object[name] = Json::array();
    return object[name];
}

bool is_for_widget(const Json& input) { return !text_of(part(part(input, "widget"), "name")).empty(); }

// The names of a group's inputs, none twice.
class Names {
public:
    std::string next(const Json& node, const Json& config, const std::string& input) {
        std::string name = text_of(part(config, "name"));
        for (const Json& saved : part(node, "inputs"))
            if (name.empty() && text_of(part(saved, "name")) == input) name = text_of(part(saved, "label"));
        if (name.empty()) name = input;
        std::string key = name;
        const std::string title = text_of(part(node, "title"));
        const std::string type = text_of(part(node, "type"));
        if ((type == "PrimitiveNode" && !title.empty()) || seen_.contains(name)) {
            const std::string prefix = (title.empty() ? type : title) + " ";
            key = name = prefix + input;
            if (const auto taken = seen_.find(name); taken != seen_.end())
                name = prefix + std::to_string(taken->second) + " " + input;
        }
        seen_.try_emplace(key, 1).first->second += 1;
        return name;
    }

private:
    StringMap<int> seen_;
};

// One group node on its way to becoming a subgraph and an instance of it.
class Group {
public:
    Group(Workflow& workflow, const FindDefinition& find, const Json& node, const Json& data, std::int64_t last_id)
        : workflow_(workflow), find_(find), node_(node), data_(data), id_(last_id) {
        for (const Json& saved : part(data, "nodes")) {
            if (!saved.is_object()) throw UserError("group node " + group_name(node) + " holds what is no node");
            Json& inner = nodes_.emplace_back(saved);
            inner["id"] = ++id_;
            list_in(inner, "inputs");
            list_in(inner, "outputs");
            for (Json& input : inner["inputs"])
                (input.is_object() ? input : input = Json::object())["link"] = nullptr;
            for (Json& output : inner["outputs"])
                (output.is_object() ? output : output = Json::object())["links"] = Json::array();
        }
        instance_id_ = ++id_;
        for (const Json& external : part(data, "external"))
            if (const auto inner = position(part(external, std::size_t{0}), nodes_.size()))
                if (const auto slot = whole_number(part(external, std::size_t{1})); slot && *slot >= 0)
                    external_.insert({*inner, static_cast<std::size_t>(*slot)});
    }

    void expand() {
        load_inner_nodes();
        add_links();
        add_inputs();
        add_outputs();
        hand_over_values();
    }

    Json subgraph() const {
        return {{"id", type()},    {"name", group_name(node_)},  {"nodes", Json(nodes_)},
                {"links", links_}, {"inputs", boundary_inputs_}, {"outputs", boundary_outputs_}};
    }

    Json instance() const {
        Json made = {{"id", instance_id_}, {"type", type()}, {"mode", part(node_, "mode")}};
        made["inputs"] = instance_inputs();
        Json& outputs = made["outputs"] = Json::array();
        for (std::size_t i = 0; i < boundary_outputs_.size(); ++i)
            outputs.push_back(
                {{"type", boundary_outputs_[i]["type"]}, {"links", part(part(part(node_, "outputs"), i), "links")}});
        return made;
    }

    std::int64_t instance_id() const { return instance_id_; }

private:
    std::string type() const { return "group node " + std::to_string(instance_id_); }

    const Json& config(std::size_t inner, const char* side, const std::string& name) const {
        return part(part(part(part(data_, "config"), std::to_string(inner)), side), name);
    }

    // Their widgets and inputs, as their definitions have them.
    void load_inner_nodes() {
        for (const Json& saved : nodes_) {
            Node& node = loaded_.emplace_back();
            node.saved = &saved;
            node.id = id_of(part(saved, "id"));
            node.type = text_of(part(saved, "type"));
            if (is_of_frontend(node.type)) continue;
            node.definition = &definition_of(workflow_, node, find_);
            add_defined_parts(node);
            configure(node);
        }
    }

    static bool is_of_frontend(const std::string& type) {
        return type == "PrimitiveNode" || type == "Reroute" || type == "Note" || type == "MarkdownNote";
    }

    std::int64_t add_link(std::int64_t origin, std::size_t origin_slot, std::int64_t target, const Json& type) {
        const auto id = static_cast<std::int64_t>(links_.size()) + 1;
        links_.push_back({{"id", id},
                          {"origin_id", origin},
                          {"origin_slot", origin_slot},
                          {"target_id", target},
                          {"target_slot", 0},
                          {"type", type}});
        return id;
    }

    std::int64_t id_at(std::size_t inner) const { return nodes_[inner]["id"].get<std::int64_t>(); }

    // [origin, slot, target, slot, id, type], the nodes by position.
    void add_links() {
        for (const Json& link : part(data_, "links")) {
            const auto origin = position(part(link, std::size_t{0}), nodes_.size());
            const auto target = position(part(link, std::size_t{2}), nodes_.size());
            if (!origin || !target) continue;
            const auto from = position(part(link, std::size_t{1}), nodes_[*origin]["outputs"].size());
            const auto to = position(part(link, std::size_t{3}), nodes_[*target]["inputs"].size());
            if (!from || !to) continue;
            const std::int64_t id = add_link(id_at(*origin), *from, id_at(*target), part(link, std::size_t{5}));
            nodes_[*origin]["outputs"][*from]["links"].push_back(id);
            nodes_[*target]["inputs"][*to]["link"] = id;
            used_outputs_.insert({*origin, *from});
        }
    }

    // First the inputs that are no widgets, node by node, then those in the place of a widget.
    void add_inputs() {
        Names names;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            for (const Widget& widget : loaded_[i].widgets)
                if (widget.is_sent && !converted_input(i, widget.name))
                    names.next(nodes_[i], config(i, "input", widget.name), widget.name);
            for (const std::string& name : sockets(i))
                add_input(names, i, name);
        }
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            std::vector<std::string> converted;
            for (const Json& input : nodes_[i]["inputs"])
                if (is_for_widget(input) && loaded_[i].definition) converted.push_back(text_of(part(input, "name")));
            for (const std::string& name : converted)
                add_input(names, i, name);
        }
    }

    // In the order of the definition, without those for widgets.
    std::vector<std::string> sockets(std::size_t inner) const {
        std::vector<std::string> names;
        if (loaded_[inner].definition)
            for (const InputSlot& input : loaded_[inner].inputs)
                if (input.widget.empty()) names.push_back(input.name);
        if (loaded_[inner].type == "Reroute") names.push_back(type_through(inner));
        return names;
    }

    // A reroute is of the type that its first link inside leads to, and its input is named after that.
    std::string type_through(std::size_t reroute) const {
        for (const Json& link : links_)
            if (link["origin_id"] == nodes_[reroute]["id"] && !text_of(link["type"]).empty())
                return text_of(link["type"]);
        return "*";
    }

    Json* converted_input(std::size_t inner, const std::string& widget) {
        for (Json& input : nodes_[inner]["inputs"])
            if (is_for_widget(input) && text_of(part(input, "name")) == widget) return &input;
        return nullptr;
    }

    Json& saved_input(std::size_t inner, const std::string& name) {
        Json& inputs = nodes_[inner]["inputs"];
        if (loaded_[inner].type == "Reroute" && !inputs.empty()) return inputs[0];
        for (Json& input : inputs)
            if (text_of(part(input, "name")) == name) return input;
        const InputSlot* slot = loaded_[inner].input(name);
        inputs.push_back({{"name", name}, {"type", slot ? slot->type : "*"}, {"link", nullptr}});
        return inputs.back();
    }

    void add_input(Names& names, std::size_t inner, const std::string& name) {
        Json& input = saved_input(inner, name);
        if (!part(input, "link").is_null()) return;
        const Json& custom = config(inner, "input", name);
        const std::string outer = names.next(nodes_[inner], custom, name);
        if (part(custom, "visible") == false) return;
        const std::int64_t id = add_link(std::stoll(std::string(subgraph_inputs_id)), boundary_inputs_.size(),
                                         id_at(inner), part(input, "type"));
        input["link"] = id;
        boundary_inputs_.push_back({{"name", outer}, {"type", part(input, "type")}, {"linkIds", Json::array({id})}});
    }

    void add_outputs() {
        for (std::size_t i = 0; i < nodes_.size(); ++i)
            for (std::size_t slot = 0; slot < nodes_[i]["outputs"].size(); ++slot) {
                const bool stays_inside = used_outputs_.contains({i, slot}) && !external_.contains({i, slot});
                const Json& visible = part(config(i, "output", std::to_string(slot)), "visible");
                if (visible.is_boolean() ? visible == false : stays_inside) continue;
                Json& output = nodes_[i]["outputs"][slot];
                const std::int64_t id = add_link(id_at(i), slot, subgraph_outputs_id, part(output, "type"));
                output["links"].push_back(id);
                boundary_outputs_.push_back(
                    {{"name", part(output, "name")}, {"type", part(output, "type")}, {"linkIds", Json::array({id})}});
            }
    }

    // The group's values in the order of the nodes inside; what has become an input keeps the value that it had there.
    void hand_over_values() {
        const Json& values = part(node_, "widgets_values");
        if (!values.is_array()) return;
        std::size_t next = 0;
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            const std::vector<bool> is_inside = values_that_stay(i);
            Json& own = nodes_[i]["widgets_values"];
            if (!own.is_array()) own = saved_values(loaded_[i]);
            for (std::size_t at = 0; at < is_inside.size(); ++at) {
                if (own.size() <= at) own.push_back(nullptr);
                if (!is_inside[at] && next < values.size()) own[at] = values[next++];
            }
        }
    }

    static Json saved_values(const Node& node) {
        Json values = Json::array();
        for (const Widget& widget : node.widgets)
            if (widget.is_saved) values.push_back(widget.value);
        return values;
    }

    // For each saved value of a node: does the group have none for it?
    std::vector<bool> values_that_stay(std::size_t inner) {
        if (!loaded_[inner].definition) return std::vector<bool>(part(nodes_[inner], "widgets_values").size(), false);
        std::vector<bool> stay;
        bool is_converted = false;
        for (const Widget& widget : loaded_[inner].widgets) {
            // What controls a widget goes where that goes.
            if (!widget.name.starts_with("control_")) is_converted = converted_input(inner, widget.name) != nullptr;
            if (widget.is_saved) stay.push_back(is_converted);
        }
        return stay;
    }

    // By name; an input that another definition named differently goes by its type.
    Json instance_inputs() const {
        Json inputs = Json::array();
        for (const Json& boundary : boundary_inputs_)
            inputs.push_back({{"name", boundary["name"]}, {"type", boundary["type"]}, {"link", nullptr}});
        const auto give = [&inputs](const char* member, const Json& saved) {
            for (Json& input : inputs)
                if (input["link"].is_null() && input[member] == part(saved, member)) {
                    input["link"] = saved["link"];
                    return true;
                }
            return false;
        };
        std::vector<const Json*> unnamed;
        for (const Json& saved : part(node_, "inputs"))
            if (!part(saved, "link").is_null() && !give("name", saved)) unnamed.push_back(&saved);
        for (const Json* saved : unnamed)
            give("type", *saved);
        return inputs;
    }

    Workflow& workflow_;
    const FindDefinition& find_;
    const Json& node_;
    const Json& data_;
    std::int64_t id_ = 0, instance_id_ = 0;
    std::deque<Json> nodes_;
    std::deque<Node> loaded_;
    std::set<Slot> external_, used_outputs_;
    Json links_ = Json::array(), boundary_inputs_ = Json::array(), boundary_outputs_ = Json::array();
};

std::int64_t highest_id(const Json& nodes, std::int64_t highest) {
    for (const Json& node : nodes)
        highest = std::max(highest, whole_number(part(node, "id")).value_or(0));
    return highest;
}

std::int64_t highest_id(const Json& workflow) {
    std::int64_t highest =
        highest_id(part(workflow, "nodes"), whole_number(part(workflow, "last_node_id")).value_or(0));
    for (const Json& subgraph : part(part(workflow, "definitions"), "subgraphs"))
        highest = highest_id(part(subgraph, "nodes"), highest);
    return highest;
}

void point_links(Json& links, const std::string& from, std::int64_t to) {
    for (Json& link : links) {
        if (!link.is_array() || link.size() < 4) continue;
        for (const std::size_t end : {std::size_t{1}, std::size_t{3}})
            if (id_of(link[end]) == from) link[end] = to;
    }
}

}  // namespace

void expand_group_nodes(Workflow& workflow, const FindDefinition& find) {
    Json& saved = workflow.saved;
    const Json groups = part(part(saved, "extra"), "groupNodes");
    if (!groups.is_object() || groups.empty() || !saved["nodes"].is_array()) return;
    std::int64_t last_id = highest_id(saved);
    std::size_t inner_nodes = 0;
    Json kept = Json::array(), instances = Json::array(), subgraphs = Json::array();
    for (const Json& node : saved["nodes"]) {
        const Json& data = part(groups, group_name(node));
        if (!part(data, "nodes").is_array()) {
            kept.push_back(node);
            continue;
        }
        inner_nodes += data["nodes"].size();
        if (inner_nodes > most_inner_nodes) throw UserError("the group nodes of the workflow make too many nodes");
        Group group(workflow, find, node, data, last_id);
        group.expand();
        last_id = group.instance_id();
        subgraphs.push_back(group.subgraph());
        instances.push_back(group.instance());
        if (saved["links"].is_array()) point_links(saved["links"], id_of(part(node, "id")), group.instance_id());
    }
    for (Json& instance : instances)
        kept.push_back(std::move(instance));
    saved["nodes"] = std::move(kept);
    if (subgraphs.empty()) return;
    if (!saved["definitions"].is_object()) saved["definitions"] = Json::object();
    Json& definitions = list_in(saved["definitions"], "subgraphs");
    for (Json& subgraph : subgraphs)
        definitions.push_back(std::move(subgraph));
}

}  // namespace easel::workflows
