// A group of inputs of one type that grows as the user connects them: "values.value0", "values.value1", ...
//
//     Autogrow<Value> values;
//     grow(s.in("values", &And::values).spec(), {.element = "value", .prefix = "value", .least = 1});
#pragma once

#include "graph/fields.hpp"
#include "graph/schema.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace easel::graph {

// The inputs that the prompt gives, by the part of their name behind the dot. With T = List<...> each is a whole list.
template <class T>
struct Autogrow {
    std::vector<std::pair<std::string, T>> values;
};

// How the group grows. Either `names` lists the inputs, or they are called prefix0, prefix1, ... up to `most`.
struct Growth {
    std::string element;  // what the record calls the input that is repeated
    std::string prefix = {};
    std::vector<std::string> names = {};
    int least = 1;  // so many are required
    int most = 10;
    Json element_options = Json::object();  // the repeated input's own options, as shown
    std::string element_type = {};          // the repeated input's wire type; empty: that of T
};

// Completes the record of an Autogrow input and tells the validator which inputs it stands for.
void grow(InputSpec& spec, Growth growth);

template <class T>
struct FieldKind<Autogrow<T>> {
    using Element = FieldKind<T>;
    using Inner = Autogrow<T>;
    static constexpr std::string_view socket = Element::socket;
    static constexpr bool optional = false, lazy = false, takes_lists = Element::takes_lists;
    static std::optional<Json> initial(const Autogrow<T>&) { return std::nullopt; }
    static void bind(Autogrow<T>& field, const std::string& name, const Arguments& arguments) {
        for (const Argument& argument : arguments.all()) {
            if (!argument.name.starts_with(name + ".")) continue;
            T element{};
            Element::bind(element, argument.name, arguments);
            field.values.emplace_back(argument.name.substr(name.size() + 1), std::move(element));
        }
        // In the order of the group's names, whatever the prompt's order: value2 before value10.
        std::ranges::sort(field.values, {},
                          [](const auto& entry) { return std::pair(entry.first.size(), entry.first); });
    }
};

}  // namespace easel::graph
