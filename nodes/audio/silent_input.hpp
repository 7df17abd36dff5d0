// Inputs for a sound that may be None although it is linked: the sound of a video that has none.
#pragma once

#include "nodes/audio/audio.hpp"

#include <optional>
#include <string>

namespace easel::nodes {

// Declares a required input whose content may be None.
template <class Node>
auto required_input(Schema& schema, std::string name, std::optional<Audio> Node::* member) {
    auto field = schema.in(std::move(name), member);
    field.spec().section = graph::Section::required;
    return field;
}

}  // namespace easel::nodes
