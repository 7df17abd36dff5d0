#include "nodes/logic/preview_text.hpp"

#include "base/python_json.hpp"
#include "base/python_repr.hpp"

namespace easel::nodes {

std::string preview_text(const graph::Value& value) {
    const auto json = value.to_json();
    if (!json) return value.str();
    if (json->is_structured()) return python_json(*json, {.ascii = false, .indent = 4});
    return python_str(*json);
}

bool is_truthy(const graph::Value& value) {
    const auto json = value.to_json();
    if (!json) return true;
    if (json->is_boolean()) return json->get<bool>();
    if (json->is_number()) return json->get<double>() != 0;
    if (json->is_string()) return !json->get_ref<const std::string&>().empty();
    return !json->empty();
}

}  // namespace easel::nodes
