// GET /history and /history/{id} show finished prompts, POST /history forgets some.
#include "web-api/routes.hpp"

namespace easel::web {
namespace {

std::optional<int> integer_parameter(const Request& request, std::string_view name) {
    const auto given = request.parameter(name);
    if (!given) return {};
    const auto value = parse_integer(*given);
    if (!value) throw HttpError(400, std::string(name) + " must be an integer");
    return value;
}

Response get_history(const Request& request, const Api& api) {
    const auto max_items = integer_parameter(request, "max_items"), offset = integer_parameter(request, "offset");
    return Response::json_text(api.jobs.history_json(max_items, offset.value_or(-1)));
}

Response post_history(const Request& request, const Api& api) {
    const Json body = parse_members(request);
    if (has_true(body, "clear")) api.jobs.clear_history();
    if (const auto ids = body.find("delete"); ids != body.end())
        for (const Json& id : *ids)
            if (id.is_string()) api.jobs.remove_history(id.get<std::string>());
    return Response::empty();
}

}  // namespace

void add_history_routes(Router& router, const Api& api) {
    router.add(
        "GET", "/history", [&api](const Request& request) { return get_history(request, api); }, Runs::on_pool);
    router.add(
        "GET", "/history/{prompt_id}",
        [&api](const Request& request) { return Response::json_text(api.jobs.history_json(request.captures[0])); },
        Runs::on_pool);
    router.add(
        "POST", "/history", [&api](const Request& request) { return post_history(request, api); }, Runs::on_pool);
}

}  // namespace easel::web
