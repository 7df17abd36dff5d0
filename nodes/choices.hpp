// The lists behind COMBO inputs that several nodes share.
#pragma once

#include "graph/schema.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

namespace easel::nodes {

// A fixed list.
graph::Choices one_of(std::initializer_list<std::string_view> names);

template <class Range>
graph::Choices one_of(const Range& names) {
    Json list = Json::array();
    for (const auto& name : names)
        list.push_back(std::string(name));
    return [list](const graph::Services&) { return list; };
}

// The files of a kind of model folder, asked anew whenever the list is needed.
graph::Choices files_in(std::string kind);

graph::Choices sampler_choices();
graph::Choices scheduler_choices();

}  // namespace easel::nodes
