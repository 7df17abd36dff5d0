// Requests as bytes: parsed as the server parses them, then answered by the route they ask for, on a job store in
// memory and folders of their own.
#include "web-api/http.hpp"
#include "graph/job_store.hpp"
#include "tests/support/graph/number_nodes.hpp"
#include "tests/support/graph/pictures.hpp"
#include "web-api/api.hpp"
#include "web-api/origin.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace {

using namespace easel;
namespace http = boost::beast::http;

constexpr std::uint32_t most_header_bytes = 64 << 10;
constexpr std::uint64_t most_body_bytes = 1 << 20;

struct Site {
    Site() {
        graph::testing::register_numbers(registry);
        graph::testing::register_pictures(registry);
        for (const auto* folder : {&folders.roots().input, &folders.roots().output, &folders.roots().temp})
            std::filesystem::create_directories(*folder);
        web::add_routes(router, api);
    }
    ~Site() { std::filesystem::remove_all(folders.roots().base); }

    static std::filesystem::path scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "easel-fuzz-XXXXXX").string();
        return ::mkdtemp(name.data()) ? name : throw std::runtime_error("cannot make a scratch folder");
    }

    Options options;
    Folders folders{Folders::Roots{.base = scratch()}};
    graph::Registry registry;
    graph::Services services;
    std::unique_ptr<graph::JobStore> jobs = graph::open_sqlite_job_store(":memory:", 100);
    web::Api api{.options = options,
                 .folders = folders,
                 .registry = registry,
                 .services = services,
                 .jobs = *jobs,
                 .interrupt = [](const std::optional<std::string>&) {},
                 .free = [](bool, bool) {},
                 .devices = [] { return Json::array(); }};
    web::Router router;
};

std::optional<web::Request> read_request(const std::uint8_t* data, std::size_t size) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(most_header_bytes);
    parser.body_limit(most_body_bytes);
    parser.eager(true);
    boost::beast::error_code failed;
    parser.put(boost::asio::buffer(data, size), failed);
    if (failed || !parser.is_done()) return {};
    auto message = parser.release();
    web::Request request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        request.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    request.body = std::move(message.body());
    web::parse_target(request);
    return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Site site;
    std::optional<web::Request> request = read_request(data, size);
    if (!request) return 0;
    if (web::refuse_cross_site(*request)) return 0;
    const std::string_view raw_path = std::string_view(request->target).substr(0, request->target.find('?'));
    web::Router::Match match = site.router.find(request->method, raw_path);
    if (!match.handler) return 0;
    request->captures = std::move(match.captures);
    web::Response response = web::answer(*match.handler, *request);
    web::add_cache_headers(*request, response);
    if (response.after_sent) response.after_sent();
    return 0;
}
