// What a workflow file leaves unsaid about its nodes: the names and order of inputs. It comes from the nodes that are
// built in; for other types from a table of ComfyUI's nodes, and at last from what the file itself gives away.
#pragma once

#include "base/json.hpp"
#include "graph/registry.hpp"
#include "graph/services.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace easel::workflows {

// The record of a type as /object_info shows it, or null. What it points to lives as long as the function.
using FindDefinition = std::function<const Json*(const std::string& type)>;

// The definitions of the nodes that are built in or come from plugins. References outlive the function.
FindDefinition definitions_of(const graph::Registry& registry, const graph::Services& services);

// One of the 700 local nodes of ComfyUI 0.33.0: its record without texts and ranges, recorded by
// data/record_known_nodes.py. Null for others.
const Json* known_definition(const std::string& type);

// From a saved node: its inputs in the file's order, values that control others told from widgets by their words.
Json guessed_definition(const Json& saved_node);

// An input as a definition has it; `definition` is [type, options].
struct NamedInput {
    std::string name;
    const Json* definition = nullptr;
};

// The inputs in the order in which the frontend shows them, with those that only it adds (upload buttons, players).
std::vector<NamedInput> ordered_inputs(const std::string& type, const Json& definition);

// "COMBO" where the first part of an input's definition is a list of choices.
std::string type_of(const Json& input_definition);
const Json& options_of(const Json& input_definition);
// Whether the frontend shows an input of this type as a widget.
bool is_widget_type(std::string_view type);

}  // namespace easel::workflows
