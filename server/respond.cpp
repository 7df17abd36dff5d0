#include "server/respond.hpp"

#include "base/log.hpp"
#include "server/http_message.hpp"
#include "web-api/origin.hpp"

#include <set>

namespace easel::server {

namespace {

constexpr std::size_t compressed_elsewhere = 32 << 10;
constexpr std::size_t small_body = 64 << 10;

// What can be answered before the nodes are loaded, so that the server is there at once.
bool needs_nodes(const web::Request& request) {
    if (request.method != "GET" && request.method != "HEAD") return true;
    const std::string_view path =
        request.path.starts_with("/api/") ? std::string_view(request.path).substr(4) : request.path;
    return path != "/" && path != "/queue" && path != "/prompt" && path != "/features" && path != "/health" &&
           path != "/ready" && path != "/metrics" && !path.starts_with("/history") && !path.starts_with("/assets/");
}

bool is_quick(web::Runs runs, const web::Request& request) {
    return runs == web::Runs::inline_on_io ||
           (runs == web::Runs::inline_when_small && request.body.size() <= small_body);
}

// What no route answers is asked of the frontend's files, which know GET and HEAD only, on any path: as in the
// reference, a path that is a route for POST alone is a missing file for GET, and POST is not allowed where there is
// nothing at all. What lies below /internal is routes alone.
web::Response without_route(const web::Router::Match& match, const web::Request& request, const Site& site) {
    const bool is_read = request.method == "GET" || request.method == "HEAD";
    if (request.path.starts_with("/internal/"))
        return match.allowed.empty() ? web::not_found() : web::method_not_allowed(match.allowed);
    if (is_read) return web::answer(site.static_files, request);
    std::set<std::string> allowed(match.allowed.begin(), match.allowed.end());
    allowed.insert({"GET", "HEAD"});
    return web::method_not_allowed({allowed.begin(), allowed.end()});
}

net::awaitable<web::Response> route(web::Request& request, Site& site) {
    if (request.method == "OPTIONS") co_return web::Response::empty();
    const std::string_view raw_path = std::string_view(request.target).substr(0, request.target.find_first_of("?#"));
    web::Router::Match match = site.router.find(request.method, raw_path);
    if (!match.handler) {
        auto look = [&match, &request, &site] { return without_route(match, request, site); };
        co_return co_await on_pool(site.pool, std::move(look));
    }
    request.captures = std::move(match.captures);
    if (!site.nodes_loaded.is_open() && needs_nodes(request)) co_await site.nodes_loaded.passed();
    const web::Handler& handler = *match.handler;
    if (is_quick(match.runs, request)) co_return web::answer(handler, request);
    auto work = [&handler, &request] { return web::answer(handler, request); };
    co_return co_await on_pool(site.pool, std::move(work));
}

net::awaitable<void> compress(const web::Request& request, web::Response& response, Site& site) {
    if (body_length(response) < compressed_elsewhere) {
        compress_body(request, response);
        co_return;
    }
    auto work = [&request, &response] {
        compress_body(request, response);
        return true;
    };
    co_await on_pool(site.pool, std::move(work));
}

}  // namespace

std::optional<web::Response> refuse(const web::Request& request, const Site& site) {
    if (site.network.cors_origin) return {};
    return web::refuse_cross_site(request);
}

void complete(const web::Request& request, web::Response& response, const Site& site) {
    web::add_cache_headers(request, response);
    if (site.network.cors_origin) web::add_cors_headers(response, *site.network.cors_origin);
}

net::awaitable<web::Response> respond(web::Request& request, Site& site) {
    web::Response response;
    try {
        std::optional<web::Response> refusal = refuse(request, site);
        if (refusal)
            response = std::move(*refusal);
        else
            response = co_await route(request, site);
        if (site.network.compress_responses) co_await compress(request, response, site);
    } catch (const std::exception& error) {
        logger("server")->error("{} {}: {}", request.method, request.path, error.what());
        // A job that waits for its answer waits for this one.
        auto after_sent = std::move(response.after_sent);
        response = web::Response::error(500, error.what());
        response.after_sent = std::move(after_sent);
    }
    complete(request, response, site);
    co_return response;
}

}  // namespace easel::server
