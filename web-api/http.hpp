// A request and a response as plain values, and the table of routes. No sockets here.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace easel::web {

struct Request {
    std::string method;                                        // "GET"
    std::string target;                                        // as sent: "/view?filename=a.png"
    std::string path;                                          // decoded, without query: "/view"
    std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
    std::vector<std::pair<std::string, std::string>> headers;  // names lower-case
    std::vector<std::string> captures;                         // what the route's {placeholders} matched, decoded once
    std::string body;
    std::string remote_address;

    std::optional<std::string_view> header(std::string_view lower_case_name) const;
    std::optional<std::string_view> parameter(std::string_view name) const;  // first of that name in the query
};

// A file, or a part of one, that the session sends without reading it into memory.
struct FileBody {
    std::filesystem::path path;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::variant<std::string, FileBody> body;
    // Called on the io thread after the last byte was handed to the socket (or the connection broke).
    std::function<void()> after_sent;

    static Response json(const Json& body, int status = 200);
    static Response json_text(std::string json, int status = 200);  // JSON that is written already
    static Response text(std::string body, int status = 200);
    static Response empty(int status = 200);
    // {"error": message} with that status.
    static Response error(int status, std::string message);
    // Sets a header, replacing one of that name.
    Response& with(std::string name, std::string value);
    const std::string* header(std::string_view name) const;  // name in any case
};

// The request is refused with this status; handlers throw it, `answer` turns it into Response::error.
class HttpError : public Error {
public:
    HttpError(int status, const std::string& message) : Error(message), status_(status) {}
    int status() const { return status_; }

private:
    int status_;
};

// "%49" as "I"; "+" stays what it is. Malformed escapes are kept as they are.
std::string percent_decode(std::string_view text);

// Fills `path` and `query` from `target`.
void parse_target(Request& request);

// The body as JSON, whatever the content type says. Throws HttpError 400 for text that is not JSON or nests deeper
// than a thousand levels (copying or writing it would exhaust the stack).
Json parse_json(std::string_view text);

// A route that may block runs on the pool. One whose work grows with the body of its request may do little ones at
// once: that is two wake-ups less.
enum class Runs { inline_on_io, inline_when_small, on_pool };

using Handler = std::function<Response(const Request&)>;

// Routes by method and pattern; "{name}" matches one path segment, "{name:*}" the rest. Every route also answers
// under /api, apart from those below /internal, /templates, /docs and /extensions; a pattern that itself starts with
// /api answers only there. HEAD finds the route of GET. Const after start-up; safe from any thread.
class Router {
public:
    void add(std::string method, std::string pattern, Handler handler, Runs runs = Runs::inline_on_io);

    struct Match {
        const Handler* handler = nullptr;
        Runs runs = Runs::inline_on_io;
        std::vector<std::string> captures;
        // The methods of the routes on this path when only the method does not fit, sorted; HEAD goes with GET.
        std::vector<std::string> allowed;
    };
    Match find(std::string_view method, std::string_view raw_path) const;

private:
    struct Route {
        std::string method;
        std::vector<std::string> segments;
        Handler handler;
        Runs runs;
    };
    std::vector<Route> routes_;
};

// For requests that no route answers.
Response not_found();
// 405 with the methods that would do.
Response method_not_allowed(const std::vector<std::string>& allowed);

// Runs the handler; anything it throws becomes a 4xx or 500 in the reference's shape.
Response answer(const Handler& handler, const Request& request);

}  // namespace easel::web
