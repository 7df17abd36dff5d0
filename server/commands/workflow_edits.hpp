// Changes to a workflow before it runs: what --set, --prompt and --seed ask for.
#pragma once

#include "base/json.hpp"
#include "server/command_line.hpp"

namespace easel::server {

// Throws UserError naming what exists when a node or input is not there.
void apply_edits(Json& prompt, const RunCommand& command);

}  // namespace easel::server
