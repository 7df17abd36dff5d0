// Reading a tree of folders: the names of its files, and the times by which a later reader knows that nothing changed.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace easel {

struct FolderTime {
    std::filesystem::path path;
    std::filesystem::file_time_type changed;
};

// When entries of the folder were last added or removed; the earliest possible time when there is no such folder.
std::filesystem::file_time_type modification_time(const std::filesystem::path& folder);

// Appends the names relative to `root` of all files below it whose extension is among `extensions` (none: any), and
// every folder read, `root` itself also when it does not exist. Links are followed, though never in a circle; folders
// called .git are left out. What cannot be read is passed over.
void list_files(const std::filesystem::path& root, const std::set<std::string>& extensions,
                std::vector<std::string>& files, std::vector<FolderTime>& folders);

}  // namespace easel
