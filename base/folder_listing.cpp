#include "base/folder_listing.hpp"

#include <algorithm>
#include <cctype>

namespace easel {

namespace fs = std::filesystem;

namespace {

std::string lower_extension(const fs::path& name) {
    std::string extension = name.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

struct Walk {
    const std::set<std::string>& extensions;
    std::vector<std::string>& files;
    std::vector<FolderTime>& folders;
    std::vector<fs::path> above;  // canonical paths of the folders being read

    void read(const fs::path& folder, const std::string& prefix) {
        folders.push_back({folder, modification_time(folder)});
        std::error_code failed;
        const fs::path real = fs::canonical(folder, failed);
        if (failed || std::find(above.begin(), above.end(), real) != above.end()) return;
        above.push_back(real);
        for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
            const std::string name = entry->path().filename().string();
            std::error_code ignored;
            if (entry->is_directory(ignored)) {
                if (name != ".git") read(entry->path(), prefix + name + "/");
            } else if (extensions.empty() || extensions.contains(lower_extension(entry->path().filename()))) {
                files.push_back(prefix + name);
            }
        }
        above.pop_back();
    }
};

}  // namespace

fs::file_time_type modification_time(const fs::path& folder) {
    std::error_code failed;
    const auto time = fs::last_write_time(folder, failed);
    return failed ? fs::file_time_type::min() : time;
}

void list_files(const fs::path& root, const std::set<std::string>& extensions, std::vector<std::string>& files,
                std::vector<FolderTime>& folders) {
    Walk{extensions, files, folders, {}}.read(root, "");
}

}  // namespace easel
