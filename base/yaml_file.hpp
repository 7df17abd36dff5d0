// Settings in YAML files, as JSON.
#pragma once

#include "base/json.hpp"

#include <filesystem>

namespace easel {

// Numbers, truths and nothing are recognised as YAML's core schema says; other values are texts. Throws UserError
// naming the file and the line.
Json read_yaml_file(const std::filesystem::path& file);

}  // namespace easel
