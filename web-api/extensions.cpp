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

// One segment of a path in an address.
std::string percent_encode(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                              std::string_view("-._~").find(c) != std::string_view::npos;
        if (is_plain)
            encoded += c;
        else
            (encoded += '%').append({digits[byte >> 4], digits[byte & 15]});
    }
    return encoded;
}

void add_scripts(const fs::path& folder, const std::string& prefix, std::vector<std::string>& scripts) {
    const std::size_t first = scripts.size();
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (entry->path().extension() == ".js")
            scripts.push_back(prefix + entry->path().lexically_relative(folder).generic_string());
    std::sort(scripts.begin() + static_cast<std::ptrdiff_t>(first), scripts.end());
}

// The frontend's own scripts and those of plugins, as paths on this server.
Response extensions(const Api& api) {
    std::vector<std::string> scripts;
    if (api.web_root) add_scripts(*api.web_root / "extensions", "/extensions/", scripts);
    for (const auto& [name, folder] : api.web_extensions)
        add_scripts(folder, "/extensions/" + percent_encode(name) + "/", scripts);
    return Response::json(scripts);
}

// A plugin's file, or else one of the frontend's own.
Response extension_file(const Request& request, const Api& api) {
    const std::string& name = request.captures[0];
    std::optional<fs::path> path;
    if (const auto plugin = api.web_extensions.find(name); plugin != api.web_extensions.end())
        path = below(plugin->second, request.captures[1]);
    else if (api.web_root)
        path = below(*api.web_root / "extensions", name + "/" + request.captures[1]);
    if (!path || !fs::is_regular_file(*path)) return not_found();
    return file_response(request, *path);
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
    router.add("GET", "/extensions", [&api](const Request&) { return extensions(api); }, Runs::on_pool);
    router.add("GET", "/api/extensions", [&api](const Request&) { return extensions(api); }, Runs::on_pool);
    router.add(
        "GET", "/extensions/{name}/{file:*}", [&api](const Request& request) { return extension_file(request, api); },
        Runs::on_pool);
    router.add("GET", "/workflow_templates", [&api](const Request&) { return workflow_templates(api); }, Runs::on_pool);
    router.add(
        "GET", "/api/workflow_templates/{pack}/{file:*}",
        [&api](const Request& request) { return workflow_template(request, api); }, Runs::on_pool);
    router.add("GET", "/i18n", [&api](const Request&) { return translations(api); }, Runs::on_pool);
    router.add("GET", "/node_replacements", [](const Request&) { return Response::json(workflows::replacements()); });
}

}  // namespace easel::web
