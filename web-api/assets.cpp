// The routes of the reference's assets database, which is off there unless it is asked for and which this server does
// not have: they say so with the code that the frontend looks for.
#include "web-api/identifiers.hpp"
#include "web-api/routes.hpp"

namespace easel::web {
namespace {

Response disabled(const Request&) {
    return Response::json({{"error",
                            {{"code", "SERVICE_DISABLED"},
                             {"message", "This server keeps no assets database."},
                             {"details", Json::object()}}}},
                          503);
}

Response disabled_for_id(const Request& request) {
    return is_canonical_uuid(request.captures[0]) ? disabled(request) : not_found();
}

}  // namespace

void add_assets_routes(Router& router) {
    for (const char* path : {"/api/assets", "/api/tags", "/api/assets/tags/refine", "/api/assets/seed/status"})
        router.add("GET", path, disabled);
    for (const char* path :
         {"/api/assets", "/api/assets/from-hash", "/api/assets/seed", "/api/assets/seed/cancel", "/api/assets/prune"})
        router.add("POST", path, disabled);
    for (const char* method : {"GET", "PUT", "DELETE"})
        router.add(method, "/api/assets/{id}", disabled_for_id);
    router.add("GET", "/api/assets/{id}/content", disabled_for_id);
    for (const char* method : {"POST", "DELETE"})
        router.add(method, "/api/assets/{id}/tags", disabled_for_id);
}

}  // namespace easel::web
