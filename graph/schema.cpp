#include "graph/schema.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace easel::graph {

InputSpec& Schema::add_input(std::string name) {
    for (const InputSpec& input : inputs)
        if (input.name == name) throw Error("input " + name + " is declared twice");
    InputSpec& spec = inputs.emplace_back();
    spec.name = std::move(name);
    return spec;
}

Json input_config(const InputSpec& input, const Services& services) {
    Json options = input.options;
    if (!input.choices) return Json::array({input.type, std::move(options)});
    Json choices = input.choices(services);
    if (input.classic_combo.value_or(false)) return Json::array({std::move(choices), std::move(options)});
    options["options"] = std::move(choices);
    return Json::array({input.type, std::move(options)});
}

EffectiveInputs::EffectiveInputs(const NodeRecord& record, const Json& inputs) : declared_(&record.inputs) {
    const bool is_dynamic = std::any_of(record.inputs.begin(), record.inputs.end(),
                                        [](const InputSpec& input) { return input.expand != nullptr; });
    if (!is_dynamic) return;
    expanded_.emplace();
    for (const InputSpec& input : record.inputs) {
        if (!input.expand) {
            expanded_->push_back(input);
            continue;
        }
        for (InputSpec& inner : input.expand(inputs))
            expanded_->push_back(std::move(inner));
    }
}

const InputSpec* EffectiveInputs::find(std::string_view name) const {
    for (const InputSpec& input : all())
        if (input.name == name) return &input;
    return nullptr;
}

}  // namespace easel::graph
