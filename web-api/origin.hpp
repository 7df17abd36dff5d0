// Who may call: pages of other sites are kept from reaching a server on the visitor's own machine.
#pragma once

#include "web-api/http.hpp"

#include <optional>
#include <string>

namespace easel::web {

// 403 for requests that another site's page made: `Sec-Fetch-Site: cross-site`, or an Origin that differs from the Host
// where the Host is a loopback name or address. Called before routing, WebSocket upgrades included; not used when
// --enable-cors-header is given.
std::optional<Response> refuse_cross_site(const Request& request);

// The headers of --enable-cors-header, on every answer.
void add_cors_headers(Response& response, const std::string& allowed_origin);

// Cache-Control by the path's suffix: scripts and styles are never kept, pictures for a day. Called on every answer,
// refusals (but for 405) and static files included, after the route has set its own headers.
void add_cache_headers(const Request& request, Response& response);

}  // namespace easel::web
