#include "web-api/http.hpp"

#include "base/python_json_reader.hpp"
#include "graph/job_store.hpp"

#include <algorithm>
#include <cctype>

namespace easel::web {
namespace {

constexpr int deepest_json = 1000;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// In a query "+" is a blank.
std::string decode_query_part(std::string_view part) {
    std::string text(part);
    std::replace(text.begin(), text.end(), '+', ' ');
    return percent_decode(text);
}

// How deep brackets nest outside of strings; counted before parsing, so that depth costs no stack anywhere.
bool nests_too_deep(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > deepest_json) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

// The reference answers a request that no handler could make sense of with such a text.
Response plain(int status, const std::string& reason) {
    return Response::text(std::to_string(status) + ": " + reason, status);
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
        if (name == lower_case_name) return value;
    return {};
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return {};
}

Response Response::json(const Json& body, int status) {
    return json_text(body.dump(-1, ' ', false, Json::error_handler_t::replace), status);
}

Response Response::json_text(std::string body, int status) {
    return Response{.status = status,
                    .headers = {{"Content-Type", "application/json; charset=utf-8"}},
                    .body = std::move(body),
                    .after_sent = {}};
}

Response Response::text(std::string body, int status) {
    return Response{.status = status,
                    .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                    .body = std::move(body),
                    .after_sent = {}};
}

Response Response::empty(int status) {
    return Response{.status = status, .headers = {}, .body = std::string(), .after_sent = {}};
}

Response Response::error(int status, std::string message) { return json({{"error", std::move(message)}}, status); }

Response& Response::with(std::string name, std::string value) {
    std::erase_if(headers, [&](const auto& header) { return same_name(header.first, name); });
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
}

const std::string* Response::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (same_name(key, name)) return &value;
    return nullptr;
}

std::string percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low < 0) {
            decoded += text[i];
            continue;
        }
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

void parse_target(Request& request) {
    const std::string_view target = std::string_view(request.target).substr(0, request.target.find('#'));
    const std::size_t mark = target.find('?');
    request.path = percent_decode(target.substr(0, mark));
    request.query.clear();
    if (mark == std::string_view::npos) return;
    std::string_view rest = target.substr(mark + 1);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (!pair.empty())
            request.query.emplace_back(decode_query_part(pair.substr(0, equals)),
                                       decode_query_part(pair.substr(std::min(equals + 1, pair.size()))));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

Json parse_json(std::string_view text) {
    if (nests_too_deep(text)) throw HttpError(400, "the JSON of the request nests deeper than 1000 levels");
    try {
        return read_python_json(text);
    } catch (const UserError& error) {
        throw HttpError(400, std::string("the body of the request is not JSON: ") + error.what());
    }
}

Response answer(const Handler& handler, const Request& request) {
    try {
        return handler(request);
    } catch (const HttpError& error) {
        return Response::error(error.status(), error.what());
    } catch (const UserError& error) {
        return Response::error(400, error.what());
    } catch (const Json::exception& error) {
        return Response::error(400,
                               std::string("the JSON of the request has another shape than expected: ") + error.what());
    } catch (const graph::JobStoreError& error) {
        return Response::error(503, error.what());
    } catch (const std::exception& error) {
        return Response::error(500, error.what());
    }
}

Response not_found() { return plain(404, "Not Found"); }

Response method_not_allowed(const std::vector<std::string>& allowed) {
    std::string methods;
    for (const std::string& method : allowed)
        methods += (methods.empty() ? "" : ",") + method;
    return std::move(plain(405, "Method Not Allowed").with("Allow", methods));
}

}  // namespace easel::web
