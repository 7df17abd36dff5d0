#include "web-api/http.hpp"

#include <algorithm>

namespace easel::web {
namespace {

// Segments between slashes; a trailing slash gives a last empty segment.
std::vector<std::string_view> split_path(std::string_view path) {
    std::vector<std::string_view> segments;
    if (!path.empty() && path.front() == '/') path.remove_prefix(1);
    while (true) {
        const std::size_t end = path.find('/');
        segments.push_back(path.substr(0, end));
        if (end == std::string_view::npos) return segments;
        path.remove_prefix(end + 1);
    }
}

bool is_placeholder(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}
bool is_rest(std::string_view segment) { return is_placeholder(segment) && segment.ends_with(":*}"); }

// A path as sent and its segments decoded, from the segment `first` on.
struct Path {
    const std::vector<std::string_view>& raw;
    const std::vector<std::string>& decoded;
    std::size_t first = 0;
    std::size_t size() const { return raw.size() - first; }
    std::string rest(std::size_t from) const {
        const char* begin = raw[first + from].data();
        return percent_decode({begin, static_cast<std::size_t>(raw.back().data() + raw.back().size() - begin)});
    }
};

// What the placeholders matched; nothing when the path is another one.
std::optional<std::vector<std::string>> match(const std::vector<std::string>& pattern, const Path& path) {
    std::vector<std::string> captures;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (i >= path.size()) return {};
        const std::string& segment = path.decoded[path.first + i];
        if (is_rest(pattern[i])) {
            captures.push_back(path.rest(i));
            return captures;
        }
        if (is_placeholder(pattern[i])) {
            if (segment.empty()) return {};
            captures.push_back(segment);
        } else if (segment != pattern[i]) {
            return {};
        }
    }
    if (path.size() != pattern.size()) return {};
    return captures;
}

bool has_api_twin(const std::string& first_segment) {
    static constexpr std::string_view alone[] = {"api", "internal", "templates", "docs", "extensions"};
    return std::find(std::begin(alone), std::end(alone), first_segment) == std::end(alone);
}

}  // namespace

void Router::add(std::string method, std::string pattern, Handler handler, Runs runs) {
    std::vector<std::string> segments;
    for (std::string_view segment : split_path(pattern))
        segments.emplace_back(segment);
    routes_.push_back({std::move(method), std::move(segments), std::move(handler), runs});
}

Router::Match Router::find(std::string_view method, std::string_view raw_path) const {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    const std::vector<std::string_view> raw = split_path(raw_path.substr(0, raw_path.find('?')));
    std::vector<std::string> decoded;
    for (std::string_view segment : raw)
        decoded.push_back(percent_decode(segment));
    const bool below_api = raw.size() > 1 && raw.front() == "api";
    const Path path{raw, decoded}, twin{raw, decoded, 1};
    Match found;
    for (const Route& route : routes_) {
        auto captures = match(route.segments, path);
        if (!captures && below_api && has_api_twin(route.segments.front())) captures = match(route.segments, twin);
        if (!captures) continue;
        if (route.method != wanted) {
            found.allowed.push_back(route.method);
            if (route.method == "GET") found.allowed.push_back("HEAD");
            continue;
        }
        found.handler = &route.handler;
        found.runs = route.runs;
        found.captures = std::move(*captures);
        return found;
    }
    std::sort(found.allowed.begin(), found.allowed.end());
    found.allowed.erase(std::unique(found.allowed.begin(), found.allowed.end()), found.allowed.end());
    return found;
}

}  // namespace easel::web
