// A file as an answer: conditional requests, ranges and the header fields that clients cache by.
#pragma once

#include "web-api/http.hpp"

#include <filesystem>
#include <string>

namespace easel::web {

// 200, 206, 304, 412 or 416 by the request's headers; 404 when there is no such regular file. Sets Content-Type,
// ETag, Last-Modified, Accept-Ranges and Content-Range; a caller's `with` may replace any of them.
Response file_response(const Request& request, const std::filesystem::path& path, const std::string& content_type);

// The same, with the type guessed from the name.
Response file_response(const Request& request, const std::filesystem::path& path);

}  // namespace easel::web
