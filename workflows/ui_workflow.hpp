// Workflow files as the frontend saves them ("nodes" and "links"), turned into prompts as it queues them.
#pragma once

#include "base/json.hpp"
#include "workflows/node_definitions.hpp"
#include "workflows/prompt_texts.hpp"

#include <string>
#include <vector>

namespace easel::workflows {

// Whether the JSON is such a file rather than a prompt in API format.
bool is_ui_workflow(const Json& json);

struct Conversion {
    // {id: {inputs, class_type, _meta: {title}}}; node 7 in the subgraph of node 12 is "12:7".
    Json prompt = Json::object();
    // Types of active nodes that `find` does not know, each once. Their inputs were read all the same, as far as the
    // table of ComfyUI's nodes or the file itself tells them.
    std::vector<std::string> unknown_types;
};

// Alternatives in texts ("{red|blue}") are chosen at random.
Choose random_choice();

// Values, links and ids equal those of ComfyUI's frontend 1.49.6 (graphToPrompt). Throws UserError for a file that is
// damaged, whose links go round in a circle or whose subgraphs contain themselves.
Conversion to_prompt(const Json& workflow, const FindDefinition& find, const Choose& choose = random_choice());

// A model file that a workflow says it needs.
struct NeededModel {
    std::string name;       // of the file
    std::string directory;  // the kind of model folder: "checkpoints", "loras", ...
    std::string url;
};

// Those that the active nodes of the workflow name, each once.
std::vector<NeededModel> needed_models(const Json& workflow);

}  // namespace easel::workflows
