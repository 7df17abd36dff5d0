// What the userdata routes tell about a file.
#pragma once

#include "web-api/http.hpp"

#include <filesystem>
#include <string_view>

namespace easel::web {

// {path (below `folder`), size, modified, created}; times in whole milliseconds.
Json file_info(const std::filesystem::path& path, const std::filesystem::path& folder);

// When the content changed, in seconds with a fraction.
double modified_seconds(const std::filesystem::path& path);
// When the directory entry changed, in seconds with a fraction: what Python calls the creation time on Linux.
double created_seconds(const std::filesystem::path& path);

// "true" in any case.
bool asks_for(const Request& request, std::string_view parameter);

}  // namespace easel::web
