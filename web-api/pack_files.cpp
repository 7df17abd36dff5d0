#include "web-api/pack_files.hpp"

#include "web-api/file_content.hpp"
#include "web-api/http.hpp"

#include <algorithm>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
        found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

std::vector<fs::path> subfolders(const fs::path& folder) {
    std::vector<fs::path> found = entries(folder);
    std::erase_if(found, [](const fs::path& path) { return !fs::is_directory(path); });
    return found;
}

std::vector<fs::path> all_packs(const Folders& folders) {
    std::vector<fs::path> packs;
    const ModelFolder* roots = folders.model_folder("custom_nodes");
    if (!roots) return packs;
    for (const fs::path& root : roots->paths)
        for (fs::path& pack : subfolders(root))
            packs.push_back(std::move(pack));
    return packs;
}

std::vector<fs::path> pack_folders(const Folders& folders, std::string_view pack) {
    std::vector<fs::path> found = all_packs(folders);
    std::erase_if(found, [&](const fs::path& path) { return path.filename() != pack; });
    return found;
}

std::vector<PackFile> pack_files(const Folders& folders, const std::string& subfolder, std::string_view suffix) {
    std::vector<PackFile> files;
    for (const fs::path& pack : all_packs(folders))
        for (const fs::path& file : entries(pack / subfolder))
            if (file.extension() == suffix) files.push_back({pack.filename().string(), file});
    return files;
}

Json read_json_file(const fs::path& path) {
    try {
        Json json = parse_json(read_file(path));
        return json.is_object() ? json : Json::object();
    } catch (const HttpError&) {
        return Json::object();
    }
}

}  // namespace easel::web
