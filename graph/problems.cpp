#include "graph/problems.hpp"

#include "base/python_repr.hpp"

namespace easel::graph::problems {

namespace {

constexpr std::size_t longest_shown_list = 20;

Json problem(std::string_view type, std::string message, std::string details, Json extra_info) {
    Json result = Json::object();
    result["type"] = type;
    result["message"] = std::move(message);
    result["details"] = std::move(details);
    result["extra_info"] = std::move(extra_info);
    return result;
}

std::string text(std::string_view view) { return std::string(view); }

Json missing_node(std::string_view id, std::string message, const Json& class_type, const Json& title) {
    return problem("missing_node_type", std::move(message), "Node ID '#" + text(id) + "'",
                   {{"node_id", id}, {"class_type", class_type}, {"node_title", title}});
}

Json about_input(std::string_view input, const Json& config, const Json& received) {
    return {{"input_name", input}, {"input_config", config}, {"received_value", received}};
}

}  // namespace

Json node_without_class(std::string_view id, const Json& title) {
    const bool has_title = !title.is_null() && title != "";
    const std::string name = has_title ? python_str(title) : "ID #" + text(id);
    return missing_node(
        id, "Node '" + name + "' has no class_type. The workflow may be corrupted or a custom node is missing.",
        nullptr, title);
}

Json unknown_class(std::string_view id, const Json& class_type, const Json& title) {
    return missing_node(id, "Node '" + python_str(title) + "' not found. The custom node may not be installed.",
                        class_type, title);
}

Json no_outputs() { return problem("prompt_no_outputs", "Prompt has no outputs", "", Json::object()); }

Json outputs_failed(std::string details) {
    return problem("prompt_outputs_failed_validation", "Prompt outputs failed validation", std::move(details),
                   Json::object());
}

Json required_input_missing(std::string_view path, std::string_view shown_name) {
    return problem("required_input_missing", "Required input is missing", text(shown_name), {{"input_name", path}});
}

Json bad_link(std::string_view input, const Json& config, const Json& received) {
    return problem("bad_linked_input", "Bad linked input, must be a length-2 list of [node_id, slot_index]",
                   text(input), about_input(input, config, received));
}

Json type_mismatch(std::string_view input, const Json& config, const Json& wanted_type, std::string_view received_type,
                   const Json& link) {
    return problem(
        "return_type_mismatch", "Return type mismatch between linked nodes",
        text(input) + ", received_type(" + text(received_type) + ") mismatch input_type(" + python_str(wanted_type) +
            ")",
        {{"input_name", input}, {"input_config", config}, {"received_type", received_type}, {"linked_node", link}});
}

Json not_convertible(std::string_view input, const Json& config, std::string_view wanted_type, const Json& received,
                     std::string_view why) {
    Json extra_info = about_input(input, config, received);
    extra_info["exception_message"] = why;
    return problem("invalid_input_type", "Failed to convert an input value to a " + text(wanted_type) + " value",
                   text(input) + ", " + python_str(received) + ", " + text(why), std::move(extra_info));
}

Json too_small(std::string_view input, const Json& config, const Json& received, const Json& limit) {
    return problem("value_smaller_than_min",
                   "Value " + python_str(received) + " smaller than min of " + python_str(limit), text(input),
                   about_input(input, config, received));
}

Json too_big(std::string_view input, const Json& config, const Json& received, const Json& limit) {
    return problem("value_bigger_than_max",
                   "Value " + python_str(received) + " bigger than max of " + python_str(limit), text(input),
                   about_input(input, config, received));
}

Json not_in_list(std::string_view input, const Json& config, const Json& received, const std::vector<Json>& wrong,
                 const Json& options) {
    const bool is_long = options.size() > longest_shown_list;
    std::string quoted;
    for (const Json& value : wrong)
        quoted += (quoted.empty() ? "" : ", ") + python_repr(value);
    const std::string list = is_long ? "(list of length " + std::to_string(options.size()) + ")" : python_repr(options);
    return problem("value_not_in_list", "Value not in list", text(input) + ": " + quoted + " not in " + list,
                   about_input(input, is_long ? Json(nullptr) : config, received));
}

Json refused_by_node(std::string_view input, std::string_view reason) {
    return problem("custom_validation_failed", "Custom validation failed for node",
                   reason.empty() ? text(input) : text(input) + " - " + text(reason), {{"input_name", input}});
}

Json cycle(std::string_view node, std::string path, const std::vector<std::string>& nodes) {
    return problem("dependency_cycle", "Dependency cycle detected", std::move(path),
                   {{"node_id", node}, {"cycle_nodes", nodes}});
}

Json exception_in_output(const Exception& exception) {
    return problem("exception_during_validation", "Exception when validating node", exception.message,
                   {{"exception_type", exception.type}, {"traceback", Json::array()}});
}

Json exception_upstream(std::string_view input, const Json& config, const Json& link, const Exception& exception) {
    return problem("exception_during_inner_validation", "Exception when validating inner node", exception.message,
                   {{"input_name", input},
                    {"input_config", config},
                    {"exception_message", exception.message},
                    {"exception_type", exception.type},
                    {"traceback", Json::array()},
                    {"linked_node", link}});
}

}  // namespace easel::graph::problems
