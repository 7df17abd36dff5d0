// The workflow that a command is given: a file in either format, a picture that carries one, or a template's name.
#pragma once

#include "graph/registry.hpp"
#include "graph/services.hpp"
#include "workflows/missing_parts.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace easel::server {

struct WorkflowFile {
    std::optional<Json> prompt;    // in API format
    std::optional<Json> workflow;  // as the frontend saves it
};

// Slots of a template are filled from `slots`; for other files they stay there. Throws UserError when there is no such
// file or it is something else, with what to do about it.
WorkflowFile read_workflow(const std::filesystem::path& file, std::map<std::string, std::string>& slots);

// The prompt of the file, with nodes replaced that were renamed since. What is missing for it is put into `missing`.
Json prompt_of(WorkflowFile file, const graph::Registry& registry, const graph::Services& services,
               const Folders& folders, workflows::MissingParts& missing);

// On standard error, one line each.
void print_missing(const workflows::MissingParts& missing);

}  // namespace easel::server
