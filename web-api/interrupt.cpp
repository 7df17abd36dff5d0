// POST /interrupt stops what runs, POST /free gives memory back between jobs.
#include "web-api/routes.hpp"

namespace easel::web {
namespace {

// A prompt_id stops that prompt only. No body, an empty id or anything that is not JSON means whatever runs.
Response post_interrupt(const Request& request, const Api& api) {
    Json body;
    try {
        body = parse_json(request.body);
    } catch (const HttpError&) {
        body = Json::object();
    }
    if (!has_true(body, "prompt_id"))
        api.interrupt({});
    else if (body["prompt_id"].is_string())
        api.interrupt(body["prompt_id"].get<std::string>());
    return Response::empty();
}

Response post_free(const Request& request, const Api& api) {
    const Json body = parse_object(request);
    const bool free_memory = has_true(body, "free_memory");
    // Freeing memory unloads the models too.
    const bool unload_models = has_true(body, "unload_models") || free_memory;
    if (unload_models) api.free(unload_models, free_memory);
    return Response::empty();
}

}  // namespace

void add_interrupt_routes(Router& router, const Api& api) {
    router.add("POST", "/interrupt", [&api](const Request& request) { return post_interrupt(request, api); });
    router.add("POST", "/free", [&api](const Request& request) { return post_free(request, api); });
}

}  // namespace easel::web
