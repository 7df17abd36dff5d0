// Changes to a workflow before it runs: what --set, --prompt and --seed ask for.
#pragma once

#include "base/json.hpp"
#include "server/command_line.hpp"

namespace easel::server {

// The prompt in API format in the file. Throws UserError when the file is something else, with what to do about it.
Json read_workflow(const std::filesystem::path& file);

// Throws UserError naming what exists when a node or input is not there.
void apply_edits(Json& prompt, const RunCommand& command);

}  // namespace easel::server
