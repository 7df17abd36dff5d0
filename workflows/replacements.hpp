// Node types that the reference renamed or merged: what stands in for them today, and prompts rewritten accordingly.
#pragma once

#include "base/json.hpp"
#include "graph/registry.hpp"

namespace easel::workflows {

// {old id: [{new_node_id, old_node_id, old_widget_ids, input_mapping, output_mapping}]}, as /node_replacements shows
// it.
const Json& replacements();

// Rewrites, in place, nodes whose type is unknown and whose replacement is known: class, inputs, and the output slots
// that other nodes take from them. Anything odd about the prompt is left for the validator.
void apply_replacements(Json& prompt, const graph::Registry& registry);

}  // namespace easel::workflows
