// Lists of model files: /models, /embeddings, /experiment/models, and the metadata inside a file.
#include "base/folder_listing.hpp"
#include "web-api/routes.hpp"
#include "web-api/safetensors_metadata.hpp"
#include "web-api/userdata_info.hpp"

#include <algorithm>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_shown_header = 1024 * 1024;

// What counts as a model in the experimental lists, whatever the folder's own rule.
const std::set<std::string> weight_suffixes = {".bin", ".ckpt", ".pkl", ".pt", ".pt2", ".pth", ".safetensors", ".sft"};

bool is_kind(const Folders& folders, const std::string& kind) {
    const std::vector<std::string> kinds = folders.model_kinds();
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

Json path_list(const std::vector<fs::path>& paths) {
    Json list = Json::array();
    for (const fs::path& path : paths)
        list.push_back(path.string());
    return list;
}

Response embeddings(const Folders& folders) {
    Json names = Json::array();
    for (const std::string& name : folders.files("embeddings"))
        names.push_back(fs::path(name).replace_extension().string());
    return Response::json(names);
}

Response files_of_kind(const Folders& folders, const std::string& kind) {
    if (!is_kind(folders, kind)) return Response::empty(404);
    return Response::json(folders.files(kind));
}

Response folders_of_kinds(const Folders& folders) {
    Json rows = Json::array();
    for (const std::string& kind : folders.model_kinds()) {
        if (kind == "configs" || kind == "custom_nodes") continue;
        const ModelFolder& folder = *folders.model_folder(kind);
        rows.push_back({{"name", kind}, {"folders", path_list(folder.paths)}, {"extensions", folder.extensions}});
    }
    return Response::json(rows);
}

bool has_hidden_part(const fs::path& relative) {
    return std::any_of(relative.begin(), relative.end(),
                       [](const fs::path& part) { return part.string().starts_with('.'); });
}

Response described_files(const Folders& folders, const std::string& kind) {
    if (!is_kind(folders, kind)) return Response::empty(404);
    Json rows = Json::array();
    const std::vector<fs::path>& roots = folders.model_folder(kind)->paths;
    for (std::size_t index = 0; index < roots.size(); ++index) {
        std::vector<std::string> names;
        std::vector<FolderTime> unused;
        list_files(roots[index], weight_suffixes, names, unused);
        std::sort(names.begin(), names.end());
        for (const std::string& name : names) {
            std::error_code error;
            const fs::path path = roots[index] / name;
            const auto size = fs::file_size(path, error);
            if (error || has_hidden_part(name)) continue;
            rows.push_back({{"name", name},
                            {"pathIndex", index},
                            {"modified", modified_seconds(path)},
                            {"created", created_seconds(path)},
                            {"size", size}});
        }
    }
    return Response::json(rows);
}

Response metadata(const Request& request, const Folders& folders) {
    const std::string name(request.parameter("filename").value_or(""));
    if (!name.ends_with(".safetensors")) return Response::empty(404);
    const auto path = folders.find(request.captures[0], name);
    if (!path) return Response::empty(404);
    const Json found = safetensors_metadata(*path, largest_shown_header);
    return found.is_null() ? Response::empty(404) : Response::json(found);
}

}  // namespace

void add_models_routes(Router& router, const Api& api) {
    const Folders& folders = api.folders;
    auto get = [&](const char* pattern, auto handler) {
        router.add(
            "GET", pattern, [&folders, handler](const Request& request) { return handler(request, folders); },
            Runs::on_pool);
    };
    get("/embeddings", [](const Request&, const Folders& all) { return embeddings(all); });
    get("/models", [](const Request&, const Folders& all) { return Response::json(all.model_kinds()); });
    get("/models/{folder}",
        [](const Request& request, const Folders& all) { return files_of_kind(all, request.captures[0]); });
    get("/view_metadata/{folder}", metadata);
    get("/experiment/models", [](const Request&, const Folders& all) { return folders_of_kinds(all); });
    get("/experiment/models/{folder}",
        [](const Request& request, const Folders& all) { return described_files(all, request.captures[0]); });
}

}  // namespace easel::web
