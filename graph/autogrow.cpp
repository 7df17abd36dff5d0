#include "graph/autogrow.hpp"

namespace easel::graph {

void grow(InputSpec& spec, Growth growth) {
    InputSpec element;
    element.type = growth.element_type.empty() ? spec.type : growth.element_type;
    element.options = growth.element_options;
    element.shows_options = true;

    Json shown = Json::object();
    shown["input"] = {{"required", {{growth.element, Json::array({element.type, element.options})}}}};
    std::vector<std::string> names = growth.names;
    if (names.empty()) {
        shown["prefix"] = growth.prefix;
        shown["min"] = growth.least;
        shown["max"] = growth.most;
        for (int i = 0; i < growth.most; ++i)
            names.push_back(growth.prefix + std::to_string(i));
    } else {
        shown["names"] = names;
        shown["min"] = growth.least;
    }

    spec.type = "COMFY_AUTOGROW_V3";
    spec.options["template"] = std::move(shown);
    spec.shows_options = true;
    spec.expand = [element, names, group = spec.name, least = growth.least](const Json&) {
        std::vector<InputSpec> inputs;
        for (std::size_t i = 0; i < names.size(); ++i) {
            inputs.push_back(element);
            inputs.back().name = group + "." + names[i];
            inputs.back().section = static_cast<int>(i) < least ? Section::required : Section::optional;
        }
        return inputs;
    };
}

}  // namespace easel::graph
