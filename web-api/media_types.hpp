// Content types by file name, and which of them a browser might run as a page of this server.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace easel::web {

// By the last suffix, in any case, as Python's mimetypes on Debian; nothing for a suffix it does not know.
std::optional<std::string> guess_content_type(std::string_view file_name);

// A page, script, style or XML of any dialect: files that users may upload must not be shown as such.
bool is_active_content(std::string_view content_type);

// `<directory>/<relative>` without dots, when that lies in the directory. For folders that clients cannot write to:
// symbolic links are followed wherever they lead (Folders::inside is for the others).
std::optional<std::filesystem::path> below(const std::filesystem::path& directory, std::string_view relative);

// "name.png [input]" names a file and its directory's kind ("input", "output" or "temp").
struct AnnotatedName {
    std::string name;
    std::optional<std::string> directory;
};
AnnotatedName split_annotation(std::string_view text);

}  // namespace easel::web
