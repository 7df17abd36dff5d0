// GET /queue shows what runs and waits, POST /queue clears or deletes what waits.
#include "web-api/routes.hpp"

namespace easel::web {
namespace {

Response get_queue(const Api& api) {
    const auto queue = api.jobs.queue_json();
    return Response::json_text("{\"queue_running\":" + queue.running + ",\"queue_pending\":" + queue.pending + "}");
}

Response post_queue(const Request& request, const Api& api) {
    const Json body = parse_members(request);
    if (has_true(body, "clear")) api.jobs.clear_pending();
    if (const auto ids = body.find("delete"); ids != body.end())
        for (const Json& id : *ids)
            if (id.is_string()) api.jobs.remove(id.get<std::string>());
    return Response::empty();
}

}  // namespace

void add_queue_routes(Router& router, const Api& api) {
    router.add(
        "GET", "/queue", [&api](const Request&) { return get_queue(api); }, Runs::on_pool);
    router.add(
        "POST", "/queue", [&api](const Request& request) { return post_queue(request, api); }, Runs::on_pool);
}

}  // namespace easel::web
