// GET /userdata and /v2/userdata: what a user has in a folder.
#include "web-api/routes.hpp"
#include "web-api/userdata_info.hpp"

#include <algorithm>
#include <cctype>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// A link out of the user's folder could not be read either.
bool leads_out(const fs::directory_entry& entry, const OwnFolder& own) {
    return entry.is_symlink() && !Folders::inside(own, entry.path().string());
}

// Regular files, sorted, without hidden ones.
std::vector<fs::path> visible_files(const OwnFolder& own, const fs::path& folder, bool recurses) {
    std::vector<fs::path> files;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (entry->is_directory() && (!recurses || is_hidden(entry->path()))) entry.disable_recursion_pending();
        if (entry->is_regular_file() && !is_hidden(entry->path()) && !leads_out(*entry, own))
            files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

Response list_files(const Users& users, const Request& request) {
    const std::string_view directory = request.parameter("dir").value_or("");
    if (directory.empty()) return Response::text("Directory not provided", 400);
    const auto folder = users.file(request, directory);
    if (!folder) return Response::text("Invalid directory", 403);
    if (!fs::exists(*folder)) return Response::text("Directory not found", 404);
    Json rows = Json::array();
    for (const fs::path& file : visible_files(users.folder(request), *folder, asks_for(request, "recurse"))) {
        const fs::path relative = file.lexically_relative(*folder);
        if (asks_for(request, "full_info")) {
            rows.push_back(file_info(file, *folder));
        } else if (asks_for(request, "split")) {
            Json parts = Json::array({relative.generic_string()});
            for (const fs::path& part : relative)
                parts.push_back(part.string());
            rows.push_back(std::move(parts));
        } else {
            rows.push_back(relative.generic_string());
        }
    }
    return Response::json(rows);
}

struct Row {
    bool is_file = false;
    std::string sort_name;  // lower case
    Json shown;
};

Row describe(const fs::directory_entry& entry, const fs::path& base) {
    const std::string name = entry.path().filename().string();
    Row row{.is_file = !entry.is_directory(), .sort_name = name, .shown = {}};
    std::transform(name.begin(), name.end(), row.sort_name.begin(), [](unsigned char c) { return std::tolower(c); });
    row.shown = {{"name", name},
                 {"path", entry.path().lexically_relative(base).generic_string()},
                 {"type", row.is_file ? "file" : "directory"}};
    std::error_code error;
    if (!row.is_file) return row;
    if (const auto size = entry.file_size(error); !error) {
        row.shown["size"] = size;
        row.shown["modified"] = modified_seconds(entry.path());
    }
    return row;
}

Response list_everything(const Users& users, const Request& request) {
    const std::string path = percent_decode(request.parameter("path").value_or(""));
    std::optional<fs::path> folder;
    std::optional<OwnFolder> base;
    try {
        base = users.folder(request);
        folder = path.empty() ? std::optional<fs::path>(*base) : users.file(request, path);
    } catch (const UnknownUser&) {
        return Response::text("Invalid user specified in request", 403);
    }
    if (!folder) return Response::text("Invalid path requested", 400);
    if (!fs::exists(*folder))
        return *folder == *base ? Response::json(Json::array()) : Response::text("Requested path not found", 404);
    if (!fs::is_directory(*folder)) return Response::text("Requested path is not a directory", 400);
    std::vector<Row> rows;
    for (const fs::directory_entry& entry :
         fs::recursive_directory_iterator(*folder, fs::directory_options::skip_permission_denied))
        if (!leads_out(entry, *base)) rows.push_back(describe(entry, *base));
    // Folders before files, each by name in any case.
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        return a.is_file != b.is_file ? !a.is_file : a.sort_name < b.sort_name;
    });
    Json shown = Json::array();
    for (Row& row : rows)
        shown.push_back(std::move(row.shown));
    return Response::json(shown);
}

}  // namespace

void add_userdata_list_routes(Router& router, std::shared_ptr<Users> users) {
    router.add(
        "GET", "/userdata", [users](const Request& request) { return list_files(*users, request); }, Runs::on_pool);
    router.add(
        "GET", "/v2/userdata", [users](const Request& request) { return list_everything(*users, request); },
        Runs::on_pool);
}

}  // namespace easel::web
