// /settings: a user's settings, one JSON object in the user's comfy.settings.json.
#include "web-api/file_content.hpp"
#include "web-api/routes.hpp"

#include <filesystem>
#include <mutex>

namespace easel::web {
namespace {

class Settings {
public:
    explicit Settings(std::shared_ptr<Users> users) : users_(std::move(users)) {}

    // {} where there are none yet, or where the file is damaged.
    Json read(const Request& request) const {
        const std::filesystem::path path = file(request);
        std::error_code ignored;
        std::filesystem::create_directories(path.parent_path(), ignored);
        try {
            Json settings = parse_json(read_file(path));
            return settings.is_object() ? settings : Json::object();
        } catch (const HttpError&) {
            return Json::object();
        }
    }

    // One level deep: a given member replaces the old one whole.
    void merge(const Request& request, const Json& given) {
        std::scoped_lock lock(mutex_);
        Json settings = read(request);
        for (const auto& item : given.items())
            settings[item.key()] = item.value();
        replace_file(file(request), settings.dump(4, ' ', false, Json::error_handler_t::replace));
    }

private:
    std::filesystem::path file(const Request& request) const { return users_->folder(request) / "comfy.settings.json"; }

    std::shared_ptr<Users> users_;
    std::mutex mutex_;  // held from reading to writing
};

}  // namespace

void add_settings_routes(Router& router, std::shared_ptr<Users> users) {
    auto settings = std::make_shared<Settings>(std::move(users));
    router.add(
        "GET", "/settings", [settings](const Request& request) { return Response::json(settings->read(request)); },
        Runs::on_pool);
    router.add(
        "GET", "/settings/{id}",
        [settings](const Request& request) {
            const Json all = settings->read(request);
            const auto found = all.find(request.captures[0]);
            return Response::json(found == all.end() ? Json(nullptr) : *found);
        },
        Runs::on_pool);
    router.add(
        "POST", "/settings",
        [settings](const Request& request) {
            settings->merge(request, parse_object(request));
            return Response::empty();
        },
        Runs::on_pool);
    router.add(
        "POST", "/settings/{id}",
        [settings](const Request& request) {
            settings->merge(request, {{request.captures[0], parse_json(request.body)}});
            return Response::empty();
        },
        Runs::on_pool);
}

}  // namespace easel::web
