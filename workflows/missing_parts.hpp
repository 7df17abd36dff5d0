// What a workflow needs and this installation lacks.
#pragma once

#include "base/folders.hpp"
#include "base/json.hpp"
#include "graph/registry.hpp"
#include "workflows/ui_workflow.hpp"

#include <string>
#include <vector>

namespace easel::workflows {

struct MissingParts {
    std::vector<std::string> node_types;
    std::vector<NeededModel> models;
};

// Node types of the prompt that are not there, and those of the needed models that no folder of their kind has.
MissingParts missing_parts(const Json& prompt, const std::vector<NeededModel>& models, const graph::Registry& registry,
                           const Folders& folders);

// One line each: "there is no node type X", "there is no x.safetensors: it belongs in models/vae (https://...)".
std::vector<std::string> described(const MissingParts& missing);

// {"missing_node_types": [...], "missing_models": [{name, directory, url}, ...]}
Json as_json(const MissingParts& missing);

}  // namespace easel::workflows
