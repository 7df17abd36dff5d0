// Choices among the parts of a face, as the nodes that draw faces have them.
#pragma once

#include "graph/fields.hpp"
#include "nodes/dynamic_choice.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace easel::nodes {

using FacePartSwitch = std::pair<std::string_view, bool>;  // a part and whether it is on at first

// A switch for each part, whose tooltip names it between `before` and `after`.
inline std::vector<graph::InputSpec> face_part_inputs(const std::vector<FacePartSwitch>& parts,
                                                      const std::string& before, const std::string& after) {
    std::vector<graph::InputSpec> inputs;
    for (const auto& [part, is_on] : parts) {
        graph::InputSpec input = inner_input(std::string(part), "BOOLEAN");
        graph::Field<bool>(input).default_value(is_on).tooltip(before + "'" + std::string(part) + "'" + after);
        inputs.push_back(std::move(input));
    }
    return inputs;
}

// The parts that are switched on.
inline std::vector<std::string_view> chosen_face_parts(const std::vector<FacePartSwitch>& parts, const Chosen& chosen) {
    std::vector<std::string_view> names;
    for (const auto& [part, is_on] : parts)
        if (const auto given = chosen.inputs.find(part);
            given != chosen.inputs.end() && graph::unbox_bool(given->second, part))
            names.push_back(part);
    return names;
}

}  // namespace easel::nodes
