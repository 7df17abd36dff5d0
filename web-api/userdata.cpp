// /userdata/{file}: a user's own files, workflows above all. Names hold slashes as %2F.
#include "web-api/file_content.hpp"
#include "web-api/file_response.hpp"
#include "web-api/media_types.hpp"
#include "web-api/routes.hpp"
#include "web-api/userdata_info.hpp"

namespace easel::web {
namespace {

namespace fs = std::filesystem;

enum class Must { exist, be_inside };

// The file that a capture names. Throws HttpError 403 or 404 with an empty text, as the reference answers.
fs::path user_file(const Users& users, const Request& request, const std::string& name, Must must) {
    const auto path = users.file(request, name);
    if (!path) throw HttpError(403, "the file lies outside of the user's folder");
    if (must == Must::exist && !fs::exists(*path)) throw HttpError(404, "there is no such file");
    return *path;
}

bool refuses_overwrite(const Request& request) { return request.parameter("overwrite") == "false"; }
Response exists_already() { return Response::text("File already exists", 409); }

// The path below the user's folder, or the file's facts when `full_info=true`.
Response describe(const Users& users, const Request& request, const fs::path& path) {
    const fs::path folder = users.folder(request);
    if (asks_for(request, "full_info")) return Response::json(file_info(path, folder));
    return Response::json(path.lexically_relative(folder).generic_string());
}

// Users' files never show as pages of this server; only the user's own style sheet is used as one.
Response get_file(const Users& users, const Request& request) {
    const fs::path path = user_file(users, request, request.captures[0], Must::exist);
    if (!fs::is_regular_file(path)) throw HttpError(404, "there is no such file");
    std::string type = guess_content_type(path.filename().string()).value_or("application/octet-stream");
    const bool is_style = path == users.folder(request) / "user.css";
    if (!is_style && is_active_content(type)) type = "application/octet-stream";
    Response response = file_response(request, path, type);
    response.with("X-Content-Type-Options", "nosniff").with("Content-Disposition", is_style ? "inline" : "attachment");
    return response;
}

Response post_file(const Users& users, const Request& request) {
    const fs::path path = user_file(users, request, request.captures[0], Must::be_inside);
    if (refuses_overwrite(request) && fs::exists(path)) return exists_already();
    replace_file(path, request.body);
    return describe(users, request, path);
}

Response delete_file(const Users& users, const Request& request) {
    const fs::path path = user_file(users, request, request.captures[0], Must::exist);
    if (fs::is_directory(path)) throw HttpError(400, "a folder is not deleted");
    fs::remove(path);
    return Response::empty(204);
}

Response move_file(const Users& users, const Request& request) {
    const fs::path source = user_file(users, request, request.captures[0], Must::exist);
    const fs::path target = user_file(users, request, request.captures[1], Must::be_inside);
    if (refuses_overwrite(request) && fs::exists(target)) return exists_already();
    fs::create_directories(target.parent_path());
    // Onto a folder means into it.
    const fs::path place = fs::is_directory(target) ? target / source.filename() : target;
    std::error_code error;
    fs::rename(source, place, error);
    if (error) throw HttpError(400, "cannot move the file: " + error.message());
    return describe(users, request, target);
}

}  // namespace

void add_userdata_routes(Router& router, std::shared_ptr<Users> users) {
    router.add(
        "GET", "/userdata/{file}", [users](const Request& request) { return get_file(*users, request); },
        Runs::on_pool);
    router.add(
        "POST", "/userdata/{file}", [users](const Request& request) { return post_file(*users, request); },
        Runs::on_pool);
    router.add(
        "DELETE", "/userdata/{file}", [users](const Request& request) { return delete_file(*users, request); },
        Runs::on_pool);
    router.add(
        "POST", "/userdata/{file}/move/{dest}", [users](const Request& request) { return move_file(*users, request); },
        Runs::on_pool);
}

}  // namespace easel::web
