// A workflow as the frontend holds it while it is open: nodes with widgets and slots, links, and subgraphs that several
// nodes may be instances of. Made from the saved JSON by `load`; `ui_workflow.cpp` turns it into a prompt.
// What is done here, and in which order, follows ComfyUI's frontend 1.49.6, because saved files only mean what it makes
// of them: values have no names and links may name slots of older definitions.
#pragma once

#include "base/json.hpp"
#include "base/string_map.hpp"
#include "workflows/node_definitions.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace easel::workflows {

enum class WidgetKind {
    plain,
    combo,
    curve,
    dynamic_combo,  // its value decides which inputs the node has
    option,         // one of the choices that a CustomCombo offers
    option_index,   // which of them is chosen; has no value of its own
    display,        // shows something; nothing can be connected to it
};

struct Widget {
    std::string name;
    WidgetKind kind = WidgetKind::plain;
    Json value;
    bool is_saved = true;           // takes a place in widgets_values
    bool is_sent = true;            // goes into the prompt
    bool has_alternatives = false;  // "{a|b}" in its text stands for one of them
    const Json* options = nullptr;  // of a combo its choices, of a dynamic one the options of its input
};

struct Graph;

// An input of a node, linked or not.
struct InputSlot {
    std::string name;
    std::string type;
    std::optional<std::int64_t> link;
    std::string widget;              // the widget that a link takes the place of; empty: none
    std::optional<Widget> promoted;  // on an instance of a subgraph: the widget that stands for one inside
};

struct OutputSlot {
    std::string type;
    std::vector<std::int64_t> links;
};

struct Link {
    std::string origin;  // a node's id
    std::size_t origin_slot = 0;
    std::string target;
};

// An input or output of a subgraph, with the links inside of it.
struct Boundary {
    std::string name;
    std::string type;
    std::vector<std::int64_t> links;
};

// The origin of links that come from a subgraph's inputs.
inline constexpr std::string_view subgraph_inputs_id = "-10";

enum class Mode { active, muted, bypassed };

// The inputs of one name that grow with use ("images.image0", "images.image1", ...).
struct AutogrowGroup {
    std::vector<std::string> names;  // of the inputs; empty: `prefix` or the input's own name, and a number
    std::string prefix;
    std::size_t most = 0;
    std::vector<NamedInput> inputs;  // what is added at a time
};

struct Node {
    const Json* saved = nullptr;
    Graph* graph = nullptr;     // where it is
    Graph* subgraph = nullptr;  // what it stands for, if it does
    std::string id, type, title;
    Mode mode = Mode::active;
    bool is_virtual = false;  // only the frontend knows it: notes, primitives, reroutes, instances of subgraphs
    const Json* definition = nullptr;
    std::vector<NamedInput> definition_inputs;
    std::vector<Widget> widgets;
    std::vector<InputSlot> inputs;
    std::vector<OutputSlot> outputs;
    StringMap<AutogrowGroup> autogrow;
    std::string bypassed_to;  // of a primitive: the subgraph's input that took its place

    // By name; of an instance of a subgraph the promoted ones. The pointer holds until inputs or widgets change.
    Widget* widget(std::string_view name);
    // The widget that a link to this input takes the place of.
    Widget* widget_of(const InputSlot& input);
    InputSlot* input(std::string_view name);
    InputSlot* input_with_link(std::int64_t link);
};

struct Graph {
    std::string name;
    const Json* saved = nullptr;
    std::deque<Node> nodes;  // in the file's order
    StringMap<Node*> by_id;
    std::unordered_map<std::int64_t, Link> links;
    std::vector<Boundary> inputs, outputs;  // of a subgraph
    std::vector<Node*> instances;           // the nodes that stand for this subgraph
    std::int64_t last_link = 0;

    Node* find(std::string_view id) const;
    const Link* link(std::int64_t id) const;
};

// Owns everything; the saved JSON in it is a copy with the ids of nodes made unique.
struct Workflow {
    Json saved;
    Graph root;
    std::deque<Graph> subgraphs;
    StringMap<Graph*> subgraph_by_id;
    std::deque<Json> guessed_definitions;
    std::vector<std::string> unknown_types;  // of nodes that are active, each once, in the file's order
};

// Throws UserError for what is no workflow or nests without end.
std::unique_ptr<Workflow> load(const Json& saved, const FindDefinition& find);

// The steps of loading, each in a file of its own.
// Nodes of subgraphs whose id is taken get a new one; links and promotions follow. (subgraphs.cpp)
void make_ids_unique(Json& workflow);
// Group nodes of older frontends become instances of subgraphs. (group_nodes.cpp)
void expand_group_nodes(Workflow& workflow, const FindDefinition& find);
// The definition of a node's type: the server's, a known one, or what the node itself lets guess. (ui_graph.cpp)
const Json& definition_of(Workflow& workflow, const Node& node, const FindDefinition& find);
// The subgraphs so that each comes after those it has instances of. Throws UserError for one within itself.
// (subgraphs.cpp)
std::vector<Graph*> inside_first(Workflow& workflow);
// The inputs of an instance, their links and the values of the widgets that they promote. (subgraphs.cpp)
void configure_instance(Node& instance);
// The input gets the widget that the first link inside leads to. (subgraphs.cpp)
void promote_widget(Node& instance, std::size_t input);
// Which node and input the widget of a subgraph's input belongs to: {id, widget's name}. (subgraphs.cpp)
std::optional<std::pair<std::string, std::string>> promoted_source(const Graph& subgraph, const Boundary& input);
// Promotions as older frontends saved them, by node and widget, become inputs of the subgraph. (promotions.cpp)
void apply_saved_promotions(Node& instance);

// Widgets and inputs as the definition has them. (widgets.cpp)
void add_defined_parts(Node& node);
// The saved links and values. (widgets.cpp)
void configure(Node& node);
// Setting a dynamic combo changes the node's inputs and widgets. (widgets.cpp)
void set_value(Node& node, std::size_t widget, Json value);

}  // namespace easel::workflows
