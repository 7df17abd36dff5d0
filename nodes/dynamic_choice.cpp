#include "nodes/dynamic_choice.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace easel::nodes {

namespace {

using graph::InputSpec;

// {"required": {name: [type, options]}, "optional": {...}} of inputs whose choices do not depend on the server.
Json shown(const std::vector<InputSpec>& inputs) {
    const graph::Services none;
    Json sections = {{"required", Json::object()}};
    for (const InputSpec& input : inputs) {
        const char* section = input.section == graph::Section::required ? "required" : "optional";
        sections[section][input.name] = graph::input_config(input, none);
    }
    return sections;
}

InputSpec with_path(InputSpec input, const std::string& path) {
    input.name = path + "." + input.name;
    return input;
}

// The inputs of a prompt's node below a path, by their names there.
Json inputs_below(const Json& inputs, const std::string& path) {
    const std::string start = path + ".";
    Json below = Json::object();
    for (const auto& [name, value] : inputs.items())
        if (name.starts_with(start)) below[name.substr(start.size())] = value;
    return below;
}

// The inputs that are present behind one of a branch: itself, or those of the choice that it is.
std::vector<InputSpec> present_inputs(const InputSpec& inner, const Json& inputs, const std::string& path) {
    if (!inner.expand) return {with_path(inner, path)};
    std::vector<InputSpec> present = inner.expand(inputs_below(inputs, path));
    for (InputSpec& input : present)
        input = with_path(std::move(input), path);
    return present;
}

}  // namespace

InputSpec inner_input(std::string name, std::string type) {
    InputSpec input;
    input.name = std::move(name);
    input.type = std::move(type);
    input.shows_options = true;
    input.classic_combo = false;
    if (input.type == "COMBO") input.options["multiselect"] = false;
    return input;
}

const graph::Value& Chosen::require(std::string_view name) const {
    const auto found = inputs.find(name);
    if (found == inputs.end())
        throw NamedError("TypeError", "the choice '" + key + "' needs the input " + std::string(name));
    return found->second;
}

InputSpec choice_input(const std::string& name, const std::string& tooltip, std::vector<Branch> branches) {
    InputSpec input = inner_input(name, "COMFY_DYNAMICCOMBO_V3");
    if (!tooltip.empty()) input.options["tooltip"] = tooltip;
    Json options = Json::array();
    for (const auto& [key, inner] : branches)
        options.push_back({{"key", key}, {"inputs", shown(inner)}});
    input.options["options"] = std::move(options);

    InputSpec chosen = input;
    input.expand = [chosen, branches = std::move(branches)](const Json& inputs) {
        std::vector<InputSpec> present;
        const auto key = inputs.find(chosen.name);
        if (key == inputs.end() || !key->is_string()) return present;
        const auto branch = std::find_if(branches.begin(), branches.end(),
                                         [&](const Branch& candidate) { return candidate.first == *key; });
        if (branch == branches.end()) return present;
        present.push_back(chosen);
        for (const InputSpec& inner : branch->second)
            for (InputSpec& deeper : present_inputs(inner, inputs, chosen.name))
                present.push_back(std::move(deeper));
        return present;
    };
    return input;
}

void declare_choice(graph::Schema& schema, const std::string& name, const std::string& tooltip,
                    std::vector<Branch> branches) {
    schema.inputs.push_back(choice_input(name, tooltip, std::move(branches)));
}

void bind_choice(Chosen& field, const std::string& name, const graph::Arguments& arguments) {
    if (const graph::Value* key = graph::single(arguments, name)) field.key = graph::unbox_string(*key, name);
    const std::string start = name + ".";
    for (const graph::Argument& argument : arguments.all())
        if (argument.name.starts_with(start) && !argument.values.empty())
            field.inputs[argument.name.substr(start.size())] = argument.values.front();
}

}  // namespace easel::nodes
