// The frontend's files, or, where there are none, one page that says what this server is.
#pragma once

#include "web-api/http.hpp"

#include <filesystem>
#include <optional>

namespace easel::server {

// Answers GET and HEAD for files below `root`; "/" is index.html. Blocks: runs on the pool.
web::Handler static_files(std::optional<std::filesystem::path> root);

}  // namespace easel::server
