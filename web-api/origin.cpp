#include "web-api/origin.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace easel::web {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

struct Authority {
    std::string host;  // without brackets
    std::string port;  // empty: none given
};

Authority split_authority(const std::string& text) {
    const std::size_t user = text.rfind('@');
    const std::string place = user == std::string::npos ? text : text.substr(user + 1);
    if (!place.empty() && place.front() == '[') {
        const std::size_t end = std::min(place.find(']'), place.size());
        const bool has_port = end + 1 < place.size() && place[end + 1] == ':';
        return {place.substr(1, end - 1), has_port ? place.substr(end + 2) : ""};
    }
    const std::size_t colon = place.find(':');
    return {place.substr(0, colon), colon == std::string::npos ? "" : place.substr(colon + 1)};
}

// "http://host:1/path" as "host:1"; empty for "null" and other things that are no address.
std::string origin_authority(const std::string& origin) {
    const std::size_t begin = origin.find("//");
    if (begin == std::string::npos) return "";
    const std::string rest = origin.substr(begin + 2);
    return rest.substr(0, rest.find_first_of("/?#"));
}

// Names that mean this machine. Others are not looked up: a name server could be made to say so by an attacker.
bool is_loopback(const std::string& host) {
    return host == "localhost" || host.ends_with(".localhost") || host == "::1" || host.starts_with("127.") ||
           host == "0:0:0:0:0:0:0:1";
}

bool is_picture(const std::string& path) {
    static constexpr std::string_view suffixes[] = {".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                                    ".pgm", ".tif",  ".tiff", ".webp"};
    return std::any_of(std::begin(suffixes), std::end(suffixes),
                       [&](std::string_view suffix) { return path.ends_with(suffix); });
}

void set_unless_there(Response& response, const std::string& name, const std::string& value) {
    if (!response.header(name)) response.with(name, value);
}

}  // namespace

std::optional<Response> refuse_cross_site(const Request& request) {
    if (request.header("sec-fetch-site") == "cross-site") return Response::empty(403);
    const auto host = request.header("host"), origin = request.header("origin");
    if (!host || !origin) return {};
    std::string here = lower(*host), there = origin_authority(lower(*origin));
    const Authority here_parts = split_authority(here), there_parts = split_authority(there);
    // A side without a port says nothing about it, so the ports are compared only when both have one.
    if (here_parts.port.empty() || there_parts.port.empty()) {
        here = here_parts.host;
        there = there_parts.host;
    }
    if (!is_loopback(here_parts.host) || here.empty() || there.empty() || here == there) return {};
    return Response::empty(403);
}

void add_cors_headers(Response& response, const std::string& allowed_origin) {
    response.with("Access-Control-Allow-Origin", allowed_origin);
    response.with("Access-Control-Allow-Methods", "POST, GET, DELETE, PUT, OPTIONS, PATCH");
    response.with("Access-Control-Allow-Headers", "Content-Type, Authorization");
    response.with("Access-Control-Allow-Credentials", "true");
}

void add_cache_headers(const Request& request, Response& response) {
    if (response.status == 405) return;
    const std::string& path = request.path;
    const std::string name = path.substr(path.rfind('/') + 1);
    const bool is_index = name.starts_with("index") && name.ends_with(".json");
    if (path.ends_with(".js") || path.ends_with(".css") || is_index) {
        set_unless_there(response, "Cache-Control", "no-store");
        return;
    }
    if (!is_picture(lower(path))) return;
    const int status = response.status;
    // A missing file of the frontend is remembered for a day, what a route did not find for an hour.
    const bool is_route = path.starts_with("/api/") || path.starts_with("/experiment/");
    if (status == 404)
        set_unless_there(response, "Cache-Control", is_route ? "public, max-age=3600" : "public, max-age=86400");
    else if ((status >= 200 && status <= 206) || status == 301 || status == 308)
        set_unless_there(response, "Cache-Control", "public, max-age=86400");
    else if (status == 302 || status == 303 || status == 307)
        set_unless_there(response, "Cache-Control", "no-cache");
}

}  // namespace easel::web
