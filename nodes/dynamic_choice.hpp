// Choices that bring inputs of their own (COMFY_DYNAMICCOMBO_V3). A prompt names those by path: "resize_type.width".
#pragma once

#include "graph/fields.hpp"
#include "graph/schema.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {

// One of the inputs behind a choice. Field<T>(input) sets its options.
graph::InputSpec inner_input(std::string name, std::string type);

// What was chosen and the inputs that came with it, by their own names ("width").
struct Chosen {
    std::string key;
    std::map<std::string, graph::Value, std::less<>> inputs;

    std::int64_t integer(std::string_view name) const { return graph::unbox_int(require(name), name); }
    double number(std::string_view name) const { return graph::unbox_double(require(name), name); }
    std::string text(std::string_view name) const { return graph::unbox_string(require(name), name); }
    // Throws a TypeError when the prompt does not give the input.
    const graph::Value& require(std::string_view name) const;
};

using Branch = std::pair<std::string, std::vector<graph::InputSpec>>;  // a choice and its inputs

// The same as one of the inputs behind a choice, or to be declared: choices may nest.
graph::InputSpec choice_input(const std::string& name, const std::string& tooltip, std::vector<Branch> branches);

void declare_choice(graph::Schema& schema, const std::string& name, const std::string& tooltip,
                    std::vector<Branch> branches);
void bind_choice(Chosen& field, const std::string& name, const graph::Arguments& arguments);

// Declares a choice and collects it into a field.
template <class Node>
void choice_in(graph::Schema& schema, const std::string& name, const std::string& tooltip, std::vector<Branch> branches,
               Chosen Node::*member) {
    declare_choice(schema, name, tooltip, std::move(branches));
    schema.binders.push_back([name, member](void* node, const graph::Arguments& arguments) {
        bind_choice(static_cast<Node*>(node)->*member, name, arguments);
    });
}

}  // namespace easel::nodes
