#include "graph/node.hpp"

#include "base/error.hpp"
#include "graph/prompt.hpp"

#include <algorithm>

namespace easel::graph {

const Json& ConstantInputs::operator[](std::string_view name) const {
    static const Json absent;
    const auto found = values.find(std::string(name));
    return found == values.end() ? absent : *found;
}

Json constants_of(const EffectiveInputs& declared, const Json& inputs) {
    Json constants = Json::object();
    for (const auto& [name, value] : inputs.items()) {
        const InputSpec* input = declared.find(name);
        const bool is_raw = input && input->raw_link;
        if (as_link(value) && !is_raw)
            constants[name] = nullptr;
        else if (input)
            constants[name] = value;
    }
    return constants;
}

namespace detail {

namespace {

// What comfy_api adds to the records of its nodes, and the shape of COMBOs, which follows from the record's.
void complete_inputs(Schema& schema) {
    const bool is_modern = schema.shape == RecordShape::modern;
    for (InputSpec& input : schema.inputs) {
        if (!input.choices) continue;
        if (!input.classic_combo) input.classic_combo = !is_modern;
        // The field's default went when the choices came: the older nodes' lists stand alone.
        if (!is_modern && input.options.empty()) input.shows_options = false;
        if (is_modern && !input.options.contains("multiselect")) input.options["multiselect"] = false;
    }
    if (!is_modern || !schema.output_node) return;
    for (const char* kind : {"PROMPT", "EXTRA_PNGINFO"}) {
        const bool is_there = std::any_of(schema.hidden.begin(), schema.hidden.end(),
                                          [kind](const HiddenSpec& hidden) { return hidden.kind == kind; });
        if (!is_there) schema.hidden.push_back({std::string(kind) == "PROMPT" ? "prompt" : "extra_pnginfo", kind});
    }
}

}  // namespace

void complete_record(Schema& schema, std::vector<OutputSpec> returned) {
    auto& named = schema.outputs_named;
    if (named.size() > returned.size()) throw Error("more outputs are named than execute returns");
    for (std::size_t i = 0; i < named.size(); ++i) {
        OutputSpec& output = returned[i];
        output.name = named[i].name;
        if (!named[i].type.empty()) output.type = named[i].type;
        output.is_list = output.is_list || named[i].is_list;
        output.tooltip = named[i].tooltip;
        output.match_template = named[i].match_template;
    }
    for (OutputSpec& output : returned)
        if (output.name.empty()) output.name = output.type;
    schema.outputs = std::move(returned);
    complete_inputs(schema);
}

}  // namespace detail

}  // namespace easel::graph
