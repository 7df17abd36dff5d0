// GET /global_subgraphs: reusable subgraphs, those that packs in custom_nodes/ bring along (<pack>/subgraphs/*.json)
// and those that come with the frontend (the package comfyui-subgraph-blueprints).
#include "web-api/file_content.hpp"
#include "web-api/pack_files.hpp"
#include "web-api/routes.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <mutex>

namespace easel::web {
namespace {

// The same for the same path, from start to start; clients only hand it back. (FNV-1a, 64 bits.)
std::string id_of(const std::filesystem::path& path) {
    std::uint64_t hash = 14695981039346656037ull;
    for (const char c : path.string())
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

struct Reusable {
    std::string id;
    Json description;
    std::filesystem::path path;
};

Reusable of_pack(const PackFile& file) {
    return {.id = id_of(file.path),
            .description = {{"source", "custom_node"},
                            {"name", file.path.stem().string()},
                            {"info", {{"node_pack", "custom_nodes." + file.pack}}}},
            .path = file.path};
}

// Called what the subgraph inside is called; null for a file without one.
Json title_of(const std::filesystem::path& file) {
    const Json blueprint = read_json_file(file);
    const Json::json_pointer name("/definitions/subgraphs/0/name");
    return blueprint.contains(name) ? blueprint[name] : Json();
}

// The blueprints that come with the frontend. They are read once, for their names.
class Blueprints {
public:
    explicit Blueprints(const Api& api) : api_(api) {}

    const std::vector<Reusable>& all() {
        std::call_once(read_, [this] { read(); });
        return all_;
    }

private:
    void read() {
        if (!api_.web_packages) return;
        std::error_code error;
        const auto folder = *api_.web_packages / "comfyui_subgraph_blueprints" / "blueprints";
        for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
            const Json title = title_of(entry.path());
            if (!title.is_string()) continue;
            all_.push_back(
                {.id = id_of(entry.path()),
                 .description = {{"source", "templates"}, {"name", title}, {"info", {{"node_pack", "comfyui"}}}},
                 .path = entry.path()});
        }
        std::sort(all_.begin(), all_.end(),
                  [](const Reusable& one, const Reusable& other) { return one.path < other.path; });
    }

    const Api& api_;
    std::once_flag read_;
    std::vector<Reusable> all_;
};

std::vector<Reusable> all_of(const Api& api, Blueprints& blueprints) {
    std::vector<Reusable> all;
    for (const PackFile& file : pack_files(api.folders, "subgraphs", ".json"))
        all.push_back(of_pack(file));
    all.insert(all.end(), blueprints.all().begin(), blueprints.all().end());
    return all;
}

Response all_subgraphs(const Api& api, Blueprints& blueprints) {
    Json rows = Json::object();
    for (Reusable& subgraph : all_of(api, blueprints))
        rows[subgraph.id] = std::move(subgraph.description);
    return Response::json(rows);
}

// null for an unknown id, as the reference answers.
Response one_subgraph(const std::string& id, const Api& api, Blueprints& blueprints) {
    for (Reusable& subgraph : all_of(api, blueprints)) {
        if (subgraph.id != id) continue;
        subgraph.description["data"] = read_file(subgraph.path);
        return Response::json(subgraph.description);
    }
    return Response::json(nullptr);
}

}  // namespace

void add_subgraphs_routes(Router& router, const Api& api) {
    const auto blueprints = std::make_shared<Blueprints>(api);
    router.add(
        "GET", "/global_subgraphs", [&api, blueprints](const Request&) { return all_subgraphs(api, *blueprints); },
        Runs::on_pool);
    router.add(
        "GET", "/global_subgraphs/{id}",
        [&api, blueprints](const Request& request) { return one_subgraph(request.captures[0], api, *blueprints); },
        Runs::on_pool);
}

}  // namespace easel::web
