// One maker for each error object that validation can answer with. Clients match on these texts; nobody else spells
// them.
#pragma once

#include "base/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace easel::graph::problems {

// Every maker returns {"type", "message", "details", "extra_info"}. `config` is [type, options] of the input.

Json node_without_class(std::string_view id, const Json& title);
Json unknown_class(std::string_view id, const Json& class_type, const Json& title);
Json no_outputs();
Json outputs_failed(std::string details);

Json required_input_missing(std::string_view path, std::string_view shown_name);
Json bad_link(std::string_view input, const Json& config, const Json& received);
Json type_mismatch(std::string_view input, const Json& config, const Json& wanted_type, std::string_view received_type,
                   const Json& link);
Json not_convertible(std::string_view input, const Json& config, std::string_view wanted_type, const Json& received,
                     std::string_view why);
Json too_small(std::string_view input, const Json& config, const Json& received, const Json& limit);
Json too_big(std::string_view input, const Json& config, const Json& received, const Json& limit);
// Long lists are only counted.
Json not_in_list(std::string_view input, const Json& config, const Json& received, const std::vector<Json>& wrong,
                 const Json& options);
// `reason` is empty where the node gave none.
Json refused_by_node(std::string_view input, std::string_view reason);
Json cycle(std::string_view node, std::string path, const std::vector<std::string>& nodes);

// What a node's check threw.
struct Exception {
    std::string type;
    std::string message;
};
Json exception_in_output(const Exception& exception);
Json exception_upstream(std::string_view input, const Json& config, const Json& link, const Exception& exception);

}  // namespace easel::graph::problems
