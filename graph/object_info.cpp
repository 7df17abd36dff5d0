#include "graph/object_info.hpp"

#include <algorithm>
#include <string_view>

namespace easel::graph {

namespace {

Json shown_input(const InputSpec& input, RecordShape shape, const Services& services) {
    Json config = input_config(input, services);
    const bool hides_options = shape == RecordShape::classic && !input.shows_options && config[1].empty();
    if (hides_options) config.erase(1);
    return config;
}

// {"required": {...}, "optional": {...}, "hidden": {...}}; "required" is always there, the others when not empty.
Json shown_inputs(const NodeRecord& record, const Services& services) {
    Json sections = Json::object();
    sections["required"] = Json::object();
    for (const InputSpec& input : record.inputs) {
        const char* section = input.section == Section::required ? "required" : "optional";
        sections[section][input.name] = shown_input(input, record.shape, services);
    }
    for (const HiddenSpec& hidden : record.hidden) {
        const bool is_modern = record.shape == RecordShape::modern;
        sections["hidden"][hidden.name] = is_modern ? Json::array({hidden.kind}) : Json(hidden.kind);
    }
    return sections;
}

Json input_order(const Json& sections) {
    Json order = Json::object();
    for (const auto& [section, inputs] : sections.items()) {
        order[section] = Json::array();
        for (const auto& [name, config] : inputs.items())
            order[section].push_back(name);
    }
    return order;
}

template <class Pick>
Json of_outputs(const NodeRecord& record, Pick pick) {
    Json list = Json::array();
    for (const OutputSpec& output : record.outputs)
        list.push_back(pick(output));
    return list;
}

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json tooltips(const NodeRecord& record) {
    return of_outputs(record, [](const OutputSpec& output) { return or_null(output.tooltip); });
}

void add_classic_flags(Json& info, const NodeRecord& record) {
    const auto& outputs = record.outputs;
    info["has_intermediate_output"] = record.has_intermediate_output;
    if (std::any_of(outputs.begin(), outputs.end(),
                    [](const OutputSpec& output) { return output.tooltip.has_value(); }))
        info["output_tooltips"] = tooltips(record);
    if (record.deprecated) info["deprecated"] = true;
    if (record.experimental) info["experimental"] = true;
    if (record.dev_only) info["dev_only"] = true;
    info["search_aliases"] = record.search_aliases;
    if (record.essentials_category) info["essentials_category"] = *record.essentials_category;
}

void add_modern_flags(Json& info, const NodeRecord& record) {
    info["deprecated"] = record.deprecated;
    info["experimental"] = record.experimental;
    info["dev_only"] = record.dev_only;
    info["api_node"] = false;
    info["price_badge"] = nullptr;
    info["search_aliases"] = record.search_aliases.empty() ? Json(nullptr) : Json(record.search_aliases);
    info["essentials_category"] = or_null(record.essentials_category);
    info["has_intermediate_output"] = record.has_intermediate_output;
}

Json match_templates(const NodeRecord& record) {
    const auto& outputs = record.outputs;
    const bool any = std::any_of(outputs.begin(), outputs.end(),
                                 [](const OutputSpec& output) { return output.match_template.has_value(); });
    return any ? of_outputs(record, [](const OutputSpec& output) { return or_null(output.match_template); })
               : Json(nullptr);
}

}  // namespace

Json object_info(const NodeDef& def, const Services& services) {
    const NodeRecord& record = def.record;
    const bool is_modern = record.shape == RecordShape::modern;
    Json info = Json::object();
    info["input"] = shown_inputs(record, services);
    info["input_order"] = input_order(info["input"]);
    info["is_input_list"] = record.takes_lists;
    info["output"] = of_outputs(record, [](const OutputSpec& output) { return output.type; });
    info["output_is_list"] = of_outputs(record, [](const OutputSpec& output) { return output.is_list; });
    info["output_name"] = of_outputs(record, [](const OutputSpec& output) { return output.name; });
    if (is_modern) {
        info["output_tooltips"] = tooltips(record);
        info["output_matchtypes"] = match_templates(record);
    }
    info["name"] = record.id;
    if (!record.display_name.empty())
        info["display_name"] = record.display_name;
    else
        info["display_name"] = is_modern ? Json(nullptr) : Json(record.id);
    info["description"] = record.description;
    info["python_module"] = record.python_module;
    info["category"] = record.category;
    info["output_node"] = record.output_node;
    if (is_modern)
        add_modern_flags(info, record);
    else
        add_classic_flags(info, record);
    for (const auto& [key, value] : record.extra.items())
        info[key] = value;
    return info;
}

Json object_info(const Registry& registry, const Services& services) {
    Json records = Json::object();
    for (const NodeDef* def : registry.all())
        records[def->record.id] = object_info(*def, services);
    return records;
}

std::string object_info_text(const Json& records, int indent) {
    static constexpr std::string_view held = "-1.8446744073709552e+19";
    static constexpr std::string_view written = "-18446744073709551615";
    std::string text = records.dump(indent, ' ', false, Json::error_handler_t::replace);
    for (std::size_t at = text.find(held); at != std::string::npos; at = text.find(held, at + written.size()))
        text.replace(at, held.size(), written);
    return text;
}

}  // namespace easel::graph
