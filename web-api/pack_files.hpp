// Files that packs in the custom_nodes folders bring along for clients: workflows, subgraphs, translations.
#pragma once

#include "base/folders.hpp"
#include "base/json.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace easel::web {

struct PackFile {
    std::string pack;  // the pack's folder name
    std::filesystem::path path;
};

// All sorted by path; folders that do not exist count as empty.
std::vector<std::filesystem::path> subfolders(const std::filesystem::path& folder);
std::vector<std::filesystem::path> all_packs(const Folders& folders);
std::vector<std::filesystem::path> pack_folders(const Folders& folders, std::string_view pack);
// The files of that suffix directly in <pack>/<subfolder>, of every pack.
std::vector<PackFile> pack_files(const Folders& folders, const std::string& subfolder, std::string_view suffix);

// An object; empty when the file is missing or holds anything else.
Json read_json_file(const std::filesystem::path& path);

}  // namespace easel::web
