// Whole files, read and written.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace easel::web {

// Throws HttpError 404 when the file cannot be read.
std::string read_file(const std::filesystem::path& path);

// Replaces a file as a whole: readers see the old content or the new. Missing folders are made. Throws HttpError 400.
void replace_file(const std::filesystem::path& path, std::string_view content);

}  // namespace easel::web
