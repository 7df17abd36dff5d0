// /internal: what only the frontend asks for. These routes have no twin under /api.
#include "web-api/routes.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/ioctl.h>
#include <unistd.h>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

std::vector<std::pair<std::string, std::string>> log_entries(const Api& api) {
    return api.log_entries ? api.log_entries() : std::vector<std::pair<std::string, std::string>>();
}

Response log_text(const Api& api) {
    std::string text;
    for (const auto& [time, line] : log_entries(api))
        text += time + " - " + line;
    return Response::json(text);
}

Json terminal_size() {
    winsize size{};
    const bool is_terminal = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return {{"cols", is_terminal ? size.ws_col : 80}, {"rows", is_terminal ? size.ws_row : 24}};
}

Response raw_log(const Api& api) {
    Json entries = Json::array();
    for (const auto& [time, line] : log_entries(api))
        entries.push_back({{"t", time}, {"m", line}});
    return Response::json({{"entries", std::move(entries)}, {"size", terminal_size()}});
}

Response subscribe(const Request& request, const Api& api) {
    const Json body = parse_object(request);
    const auto client = body.find("clientId");
    if (client == body.end() || !client->is_string()) throw HttpError(400, "clientId is missing");
    if (api.subscribe_logs) api.subscribe_logs(client->get<std::string>(), has_true(body, "enabled"));
    return Response::empty();
}

Response folder_paths(const Api& api) {
    Json kinds = Json::object();
    for (const std::string& kind : api.folders.model_kinds()) {
        Json& paths = kinds[kind] = Json::array();
        for (const fs::path& path : api.folders.model_folder(kind)->paths)
            paths.push_back(path.string());
    }
    return Response::json(kinds);
}

// Visible files of a folder, the newest first, as annotated names.
Response files(const std::string& kind, const Api& api) {
    if (kind != "output" && kind != "input" && kind != "temp") return Response::error(400, "Invalid directory type");
    std::vector<std::pair<fs::file_time_type, std::string>> found;
    std::error_code error;
    const OwnFolder folder = api.folders.directory(kind);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (entry.is_symlink(error) && !Folders::inside(folder, name)) continue;
        if (!name.starts_with('.') && entry.is_regular_file(error))
            found.emplace_back(entry.last_write_time(error), name);
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    Json names = Json::array();
    for (const auto& [time, name] : found)
        names.push_back(name + " [" + kind + "]");
    return Response::json(names);
}

}  // namespace

void add_internal_routes(Router& router, const Api& api) {
    router.add("GET", "/internal/logs", [&api](const Request&) { return log_text(api); });
    router.add("GET", "/internal/logs/raw", [&api](const Request&) { return raw_log(api); });
    router.add("PATCH", "/internal/logs/subscribe", [&api](const Request& request) { return subscribe(request, api); });
    router.add("GET", "/internal/folder_paths", [&api](const Request&) { return folder_paths(api); });
    router.add(
        "GET", "/internal/files/{kind}", [&api](const Request& request) { return files(request.captures[0], api); },
        Runs::on_pool);
}

}  // namespace easel::web
