// What the frontend loads besides itself: its extensions, and what packs in custom_nodes/ bring along.
#include "web-api/file_response.hpp"
#include "web-api/media_types.hpp"
#include "web-api/pack_files.hpp"
#include "web-api/routes.hpp"
#include "workflows/replacements.hpp"

#include <algorithm>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

constexpr const char* workflow_folders[] = {"example_workflows", "example", "examples", "workflow", "workflows"};
constexpr const char* locale_parts[] = {"nodeDefs", "commands", "settings"};

// Scripts below <web root>/extensions, as paths on this server.
Response extensions(const Api& api) {
    std::vector<std::string> scripts;
    std::error_code error;
    if (api.web_root)
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(*api.web_root / "extensions", error))
            if (entry.path().extension() == ".js")
                scripts.push_back("/" + entry.path().lexically_relative(*api.web_root).generic_string());
    std::sort(scripts.begin(), scripts.end());
    return Response::json(scripts);
}

// {pack: [names of its example workflows]}
Response workflow_templates(const Api& api) {
    Json packs = Json::object();
    for (const char* folder : workflow_folders)
        for (const PackFile& file : pack_files(api.folders, folder, ".json"))
            packs[file.pack].push_back(file.path.stem().string());
    return Response::json(packs);
}

Response workflow_template(const Request& request, const Api& api) {
    for (const char* folder : workflow_folders)
        for (const fs::path& root : pack_folders(api.folders, request.captures[0]))
            if (const auto path = below(root / folder, request.captures[1]); path && fs::is_regular_file(*path))
                return file_response(request, *path);
    return not_found();
}

// Members of objects are merged, everything else is replaced.
void merge(Json& into, const Json& from) {
    if (!into.is_object() || !from.is_object()) {
        into = from;
        return;
    }
    for (const auto& item : from.items()) {
        if (into.contains(item.key()))
            merge(into[item.key()], item.value());
        else
            into[item.key()] = item.value();
    }
}

// {language: {...}} from locales/<language>/{main,nodeDefs,commands,settings}.json of every pack.
Response translations(const Api& api) {
    Json languages = Json::object();
    for (const fs::path& pack : all_packs(api.folders)) {
        for (const fs::path& folder : subfolders(pack / "locales")) {
            Json texts = read_json_file(folder / "main.json");
            for (const char* part : locale_parts)
                if (Json more = read_json_file(folder / (std::string(part) + ".json")); !more.empty())
                    texts[part] = std::move(more);
            if (texts.empty()) continue;
            merge(languages[folder.filename().string()], texts);
        }
    }
    return Response::json(languages);
}

}  // namespace

void add_extensions_routes(Router& router, const Api& api) {
    router.add(
        "GET", "/extensions", [&api](const Request&) { return extensions(api); }, Runs::on_pool);
    router.add(
        "GET", "/api/extensions", [&api](const Request&) { return extensions(api); }, Runs::on_pool);
    router.add(
        "GET", "/workflow_templates", [&api](const Request&) { return workflow_templates(api); }, Runs::on_pool);
    router.add(
        "GET", "/api/workflow_templates/{pack}/{file:*}",
        [&api](const Request& request) { return workflow_template(request, api); }, Runs::on_pool);
    router.add(
        "GET", "/i18n", [&api](const Request&) { return translations(api); }, Runs::on_pool);
    router.add("GET", "/node_replacements", [](const Request&) { return Response::json(workflows::replacements()); });
}

}  // namespace easel::web
