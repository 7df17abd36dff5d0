// The official templates as the frontend's package has them and as the frontend exported them.
#pragma once

#include "base/json.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace easel::workflows::testing {

std::filesystem::path shared_file(const std::string& name);
Json read_json(const std::filesystem::path& file);

struct RecordedTemplate {
    std::string name;
    Json workflow;  // as it is saved
    Json prompt;    // as it is queued
};

bool templates_are_there();
std::vector<RecordedTemplate> recorded_templates();

// The first difference in words; empty where the two are equal but for the order of members.
std::string difference(const Json& made, const Json& wanted);

}  // namespace easel::workflows::testing
