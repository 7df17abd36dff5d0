#include "web-api/users.hpp"

#include "web-api/file_content.hpp"
#include "web-api/identifiers.hpp"
#include "web-api/routes.hpp"

#include <algorithm>
#include <fstream>

namespace easel::web {
namespace {

namespace fs = std::filesystem;

// Folders of this prefix belong to the program, not to a user.
constexpr std::string_view reserved_prefix = "__";

std::string trim(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Letters, digits, "-" and "_" stay; every other run of bytes becomes one "-".
std::string id_from(const std::string& name) {
    std::string id;
    bool replacing = false;
    for (const char c : name) {
        const bool keeps =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (keeps)
            id += c;
        else if (!replacing)
            id += '-';
        replacing = !keeps;
    }
    return id;
}

}  // namespace

Users::Users(OwnFolder root, bool has_several) : root_(std::move(root)), has_several_(has_several) {
    if (!has_several_) {
        names_["default"] = "default";
        return;
    }
    std::ifstream file(root_ / "users.json");
    Json saved = Json::parse(file, nullptr, false);
    if (saved.is_object()) names_ = std::move(saved);
}

Json Users::names() const {
    std::scoped_lock lock(mutex_);
    return names_;
}

std::string Users::add(const std::string& given) {
    std::scoped_lock lock(mutex_);
    const bool is_taken = std::any_of(names_.begin(), names_.end(), [&](const Json& name) { return name == given; });
    if (is_taken) throw HttpError(400, "Duplicate username.");
    const std::string name = trim(given);
    if (name.empty()) throw HttpError(400, "username not provided");
    if (name.starts_with(reserved_prefix) || id_from(name).starts_with(reserved_prefix))
        throw HttpError(400, "System User prefix not allowed");
    const std::string id = id_from(name) + "_" + new_uuid();
    names_[id] = name;
    replace_file(root_ / "users.json", names_.dump());
    return id;
}

OwnFolder Users::folder(const Request& request) const {
    std::string user = "default";
    if (const auto header = request.header("comfy-user"); has_several_ && header) user = *header;
    std::scoped_lock lock(mutex_);
    const auto path = Folders::inside(root_, user);
    if (user.empty() || user.starts_with(reserved_prefix) || !names_.contains(user) || !path) throw UnknownUser();
    return {*path, root_.may_lead_out};
}

std::optional<fs::path> Users::file(const Request& request, std::string_view name) const {
    return Folders::inside(folder(request), percent_decode(name));
}

void add_users_routes(Router& router, std::shared_ptr<Users> users) {
    router.add("GET", "/users", [users](const Request& request) {
        if (users->has_several()) return Response::json({{"storage", "server"}, {"users", users->names()}});
        return Response::json({{"storage", "server"}, {"migrated", fs::exists(users->folder(request))}});
    });
    router.add(
        "POST", "/users",
        [users](const Request& request) {
            const Json body = parse_object(request);
            const auto name = body.find("username");
            if (name == body.end() || !name->is_string()) throw HttpError(400, "username not provided");
            return Response::json(users->add(name->get<std::string>()));
        },
        Runs::on_pool);
}

}  // namespace easel::web
