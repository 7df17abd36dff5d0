// GET /global_subgraphs: reusable subgraphs that packs in custom_nodes/ bring along (<pack>/subgraphs/*.json).
#include "web-api/file_content.hpp"
#include "web-api/pack_files.hpp"
#include "web-api/routes.hpp"

#include <cstdio>

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

Json described(const PackFile& file) {
    return {{"source", "custom_node"},
            {"name", file.path.stem().string()},
            {"info", {{"node_pack", "custom_nodes." + file.pack}}}};
}

Response all_subgraphs(const Api& api) {
    Json rows = Json::object();
    for (const PackFile& file : pack_files(api.folders, "subgraphs", ".json"))
        rows[id_of(file.path)] = described(file);
    return Response::json(rows);
}

// null for an unknown id, as the reference answers.
Response one_subgraph(const std::string& id, const Api& api) {
    for (const PackFile& file : pack_files(api.folders, "subgraphs", ".json")) {
        if (id_of(file.path) != id) continue;
        Json row = described(file);
        row["data"] = read_file(file.path);
        return Response::json(row);
    }
    return Response::json(nullptr);
}

}  // namespace

void add_subgraphs_routes(Router& router, const Api& api) {
    router.add(
        "GET", "/global_subgraphs", [&api](const Request&) { return all_subgraphs(api); }, Runs::on_pool);
    router.add(
        "GET", "/global_subgraphs/{id}",
        [&api](const Request& request) { return one_subgraph(request.captures[0], api); }, Runs::on_pool);
}

}  // namespace easel::web
