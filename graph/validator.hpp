// Checks a prompt before it is queued, with the reference's exact error objects (execution.py, validate_prompt).
#pragma once

#include "base/json.hpp"
#include "graph/registry.hpp"
#include "graph/services.hpp"

#include <optional>
#include <string>
#include <vector>

namespace easel::graph {

// What validation says. Good when `error` is absent; `node_errors` may hold problems of outputs that were left out.
struct Validation {
    std::optional<Json> error;          // {type, message, details, extra_info}
    Json node_errors = Json::object();  // id -> {errors: [...], dependent_outputs: [...], class_type}
    std::vector<std::string> outputs;   // good output nodes, in the prompt's order
};

// Converts constants of `prompt` in place ("24" -> 24). `targets`: only these output nodes (partial_execution_targets).
// Never throws for bad input, however deep or odd it is.
Validation validate(Json& prompt, const Registry& registry, const Services& services,
                    const std::optional<std::vector<std::string>>& targets = {});

}  // namespace easel::graph
