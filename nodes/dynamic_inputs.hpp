// Inputs whose number or kind depends on the workflow: rows that grow (COMFY_AUTOGROW_V3) and choices that bring inputs
// of their own (COMFY_DYNAMICCOMBO_V3). A prompt names them by path: "images.image0", "resize_type.width".
#pragma once

#include "graph/fields.hpp"
#include "graph/schema.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace easel::nodes {

// One of the inputs behind a dynamic one. Field<T>(input) sets its options.
graph::InputSpec inner_input(std::string name, std::string type);

struct GrowingRow {
    std::string name;          // "images"
    graph::InputSpec element;  // "image", IMAGE
    int least = 1;             // elements that must be there
    int greatest = 50;
};

// Adds the row to the record; its elements are called "<name>.<element><number from 0>".
void declare_row(graph::Schema& schema, const GrowingRow& row);

// Declares a row and collects its elements into a field, by number.
template <class Node, class T>
void row_in(graph::Schema& schema, const GrowingRow& row, std::vector<T> Node::*member) {
    declare_row(schema, row);
    const std::string start = row.name + "." + row.element.name;
    schema.binders.push_back([start, greatest = row.greatest, member](void* node, const graph::Arguments& arguments) {
        for (int i = 0; i < greatest; ++i) {
            const std::string name = start + std::to_string(i);
            const graph::Value* value = graph::single(arguments, name);
            if (value && !value->empty()) (static_cast<Node*>(node)->*member).push_back(graph::unbox<T>(*value, name));
        }
    });
}

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
