#include "graph/call.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace easel::graph {

namespace {

// Nothing for kinds that only name an input that is not shown.
std::optional<Value> hidden_value(const HiddenSpec& spec, const PromptNode& node, const HiddenValues& hidden) {
    if (spec.kind == "PROMPT") return hidden.prompt();
    if (spec.kind == "EXTRA_PNGINFO") return hidden.extra_pnginfo;
    if (spec.kind == "UNIQUE_ID") return Value(node.id);
    if (spec.kind == "AUTH_TOKEN_COMFY_ORG") return hidden.auth_token;
    if (spec.kind == "API_KEY_COMFY_ORG") return hidden.api_key;
    if (spec.kind == "COMFY_USAGE_SOURCE") return hidden.usage_source;
    return std::nullopt;
}

const HiddenSpec* find_hidden(const NodeRecord& record, std::string_view name) {
    if (record.shape == RecordShape::modern) return nullptr;
    for (const HiddenSpec& spec : record.hidden)
        if (spec.name == name) return &spec;
    return nullptr;
}

void set(std::vector<Argument>& arguments, std::string name, Value value) {
    std::erase_if(arguments, [&](const Argument& argument) { return argument.name == name; });
    arguments.push_back({.name = std::move(name), .values = {std::move(value)}});
}

Json literals(const PromptNode& node) {
    Json inputs = Json::object();
    for (const auto& [name, input] : node.inputs)
        if (const auto* json = std::get_if<Json>(&input))
            inputs[name] = *json;
        else
            inputs[name] = nullptr;
    return inputs;
}

EffectiveInputs effective_inputs(const PromptNode& node, const NodeRecord& record) {
    const bool is_dynamic = std::any_of(record.inputs.begin(), record.inputs.end(),
                                        [](const InputSpec& spec) { return bool(spec.expand); });
    return EffectiveInputs(record, is_dynamic ? literals(node) : Json());
}

Argument linked_argument(const std::string& name, const Link& link, const SourceLookup& source, bool is_declared) {
    const std::vector<Value>* values = source(link);
    if (values) return {.name = name, .values = *values, .declared = is_declared};
    return {.name = name, .values = {Value()}, .declared = is_declared, .computed = false};
}

std::string quoted_list(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 < names.size() ? ", " : names.size() > 2 ? ", and " : " and ";
        text += "'" + names[i] + "'";
    }
    return text;
}

}  // namespace

Inputs gather_inputs(const PromptNode& node, const NodeDef& def, const SourceLookup& source,
                     const HiddenValues& hidden) {
    const NodeRecord& record = def.record;
    const EffectiveInputs declared = effective_inputs(node, record);
    Inputs inputs;
    inputs.listed.reserve(node.inputs.size() + record.hidden.size());
    for (const auto& [name, input] : node.inputs) {
        const InputSpec* spec = declared.find(name);
        const bool is_declared = spec || find_hidden(record, name);
        const auto* link = std::get_if<Link>(&input);
        if (link && !(spec && spec->raw_link)) {
            inputs.listed.push_back(linked_argument(name, *link, source, is_declared));
        } else if (is_declared || record.accepts_any_input) {
            Value value;
            if (link)
                value = Value(Json::array({link->node, link->slot}));
            else if (const auto* json = std::get_if<Json>(&input))
                value = Value::from_json(*json);
            else
                value = std::get<Value>(input);
            inputs.listed.push_back({.name = name, .values = {std::move(value)}, .declared = is_declared});
        }
    }
    for (const HiddenSpec& spec : record.hidden) {
        auto value = hidden_value(spec, node, hidden);
        if (!value) continue;
        set(record.shape == RecordShape::modern ? inputs.hidden : inputs.listed, spec.name, std::move(*value));
    }
    return inputs;
}

Json shown_inputs(const Inputs& inputs) {
    Json shown = Json::object();
    for (const Argument& argument : inputs.listed) {
        Json values = Json::array();
        for (const Value& value : argument.values) {
            auto json = value.to_json();
            const bool is_plain = json && !json->is_structured();
            values.push_back(is_plain ? std::move(*json) : Json(value.str()));
        }
        shown[argument.name] = std::move(values);
    }
    return shown;
}

void for_each_call(const NodeDef& def, const Inputs& inputs, const std::function<void(int, const Arguments&)>& one) {
    auto with_hidden = [&](Arguments& arguments) {
        for (const Argument& argument : inputs.hidden)
            arguments.add(argument);
    };
    if (def.record.takes_lists) {
        Arguments arguments;
        for (const Argument& argument : inputs.listed)
            arguments.add(argument);
        with_hidden(arguments);
        one(0, arguments);
        return;
    }
    std::size_t longest = 0;
    for (const Argument& argument : inputs.listed)
        longest = std::max(longest, argument.values.size());
    if (longest == 0) {
        Arguments arguments;
        with_hidden(arguments);
        one(0, arguments);
        return;
    }
    for (std::size_t call = 0; call < longest; ++call) {
        Arguments arguments;
        for (const Argument& argument : inputs.listed) {
            const auto& values = argument.values;
            if (values.empty()) throw NamedError("IndexError", "list index out of range");
            arguments.add({.name = argument.name,
                           .values = {call < values.size() ? values[call] : values.back()},
                           .declared = argument.declared,
                           .computed = argument.computed});
        }
        with_hidden(arguments);
        one(static_cast<int>(call), arguments);
    }
}

const Blocker* find_blocker(const Arguments& arguments) {
    for (const Argument& argument : arguments.all())
        for (const Value& value : argument.values)
            if (const auto* blocker = value.get_if<Blocker>()) return blocker;
    return nullptr;
}

void check_arguments(const NodeDef& def, const Arguments& arguments) {
    const NodeRecord& record = def.record;
    if (!record.accepts_undeclared_links && !record.accepts_any_input)
        for (const Argument& argument : arguments.all())
            if (!argument.declared)
                throw NamedError("TypeError",
                                 record.id + "() got an unexpected keyword argument '" + argument.name + "'");
    std::vector<std::string> missing;
    for (const InputSpec& spec : record.inputs)
        if (spec.section == Section::required && !spec.expand && !arguments.find(spec.name))
            missing.push_back(spec.name);
    if (missing.empty()) return;
    throw NamedError("TypeError", record.id + "() missing " + std::to_string(missing.size()) +
                                      " required positional argument" + (missing.size() > 1 ? "s" : "") + ": " +
                                      quoted_list(missing));
}

std::vector<std::vector<Value>> merge_outputs(const std::vector<CallResult>& calls, const NodeDef& def) {
    std::vector<std::vector<Value>> merged;
    for (const CallResult& call : calls) {
        const std::size_t slots = call.block ? def.record.outputs.size() : call.outputs.size();
        if (merged.size() < slots) merged.resize(slots);
        const Value blocker = call.block ? Value(*call.block) : Value();
        for (std::size_t slot = 0; slot < slots; ++slot) {
            if (call.block)
                merged[slot].push_back(blocker);
            else
                merged[slot].insert(merged[slot].end(), call.outputs[slot].begin(), call.outputs[slot].end());
        }
    }
    return merged;
}

std::optional<Json> merge_ui(const std::vector<CallResult>& calls) {
    std::optional<Json> merged;
    for (const CallResult& call : calls) {
        if (!call.ui) continue;
        if (!merged) {
            merged = call.ui;
            continue;
        }
        for (auto& [key, list] : merged->items()) {
            const auto more = call.ui->find(key);
            if (more == call.ui->end()) throw NamedError("KeyError", "'" + key + "'");
            for (const Json& entry : *more)
                list.push_back(entry);
        }
    }
    return merged;
}

}  // namespace easel::graph
