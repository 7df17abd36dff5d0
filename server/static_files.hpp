// The frontend's files, or, where there are none, one page that says what this server is.
#pragma once

#include "web-api/http.hpp"

#include <filesystem>
#include <optional>

namespace easel::server {

// Where the frontend is: `given`, else an installed comfyui-frontend-package near the program or in its .deps.
std::optional<std::filesystem::path> find_front_end(const std::optional<std::filesystem::path>& given);

// Answers GET and HEAD for files below `root`; "/" is index.html. Blocks: runs on the pool.
web::Handler static_files(std::optional<std::filesystem::path> root);

}  // namespace easel::server
