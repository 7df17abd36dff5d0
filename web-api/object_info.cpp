// GET /object_info: what every node type takes and gives. The whole list is kept as text until a listed folder changes.
#include "graph/object_info.hpp"

#include "base/folder_listing.hpp"
#include "web-api/routes.hpp"

#include <mutex>

namespace easel::web {
namespace {

using FileTime = std::filesystem::file_time_type;

class ObjectInfoText {
public:
    explicit ObjectInfoText(const Api& api) : api_(api) {}

    std::string all() {
        std::scoped_lock lock(mutex_);
        const Key now = key();
        if (text_.empty() || !is_settled_ || now != key_) {
            text_ = graph::object_info_text(graph::object_info(api_.registry, api_.services));
            key_ = now;
            // A file may still arrive within the clock tick of the time that was read.
            is_settled_ = FileTime::clock::now() - std::max(now.input, now.output) > std::chrono::seconds(1);
        }
        return text_;
    }

private:
    // Lists of model files, and the pictures that loaders offer.
    struct Key {
        std::uint64_t models = 0;
        FileTime input{}, output{};
        bool operator==(const Key&) const = default;
    };

    Key key() const {
        const auto& roots = api_.folders.roots();
        return {api_.folders.listing_version(), modification_time(roots.input), modification_time(roots.output)};
    }

    const Api& api_;
    std::mutex mutex_;
    Key key_;
    bool is_settled_ = false;
    std::string text_;
};

}  // namespace

void add_object_info_routes(Router& router, const Api& api) {
    auto text = std::make_shared<ObjectInfoText>(api);
    router.add(
        "GET", "/object_info", [text](const Request&) { return Response::json_text(text->all()); }, Runs::on_pool);
    router.add(
        "GET", "/object_info/{node_class}",
        [&api](const Request& request) {
            Json found = Json::object();
            if (const graph::NodeDef* def = api.registry.find(request.captures[0]))
                found[request.captures[0]] = graph::object_info(*def, api.services);
            return Response::json_text(graph::object_info_text(found));
        },
        Runs::on_pool);
}

}  // namespace easel::web
