#include "server/http_session.hpp"

#include "server/file_source.hpp"
#include "server/http_message.hpp"
#include "server/respond.hpp"
#include "server/websocket_session.hpp"

#include <algorithm>
#include <cctype>

namespace easel::server {

namespace {

constexpr std::uint32_t most_header_bytes = 64 << 10;
constexpr auto first_byte_limit = std::chrono::seconds(60);
constexpr auto idle_limit = std::chrono::minutes(15);
constexpr auto header_limit = std::chrono::seconds(30);
constexpr auto body_pause_limit = std::chrono::seconds(60);
constexpr auto answer_limit = std::chrono::seconds(60);
constexpr std::uint64_t slowest_reader = 16 << 10;  // bytes a second
constexpr auto farewell_limit = std::chrono::seconds(2);
constexpr std::size_t farewell_bytes = 64 << 20;

using Parser = http::request_parser<http::string_body>;

// Why a request could not be read: a status to answer with, or nothing where nobody would read the answer.
struct Unreadable {
    int status = 0;
    const char* reason = "";
};

Unreadable explain(const error_code& error) {
    if (error == http::error::body_limit) return {413, "the body is larger than --max-upload-size allows"};
    if (error == http::error::header_limit) return {431, "the header fields are too large"};
    if (error == http::error::end_of_stream || error == http::error::partial_message) return {};
    if (error.category() == make_error_code(http::error::bad_method).category()) return {400, "this is not HTTP"};
    return {};
}

web::Request plain_request(http::request<http::string_body>&& message, const std::string& remote_address) {
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
    request.remote_address = remote_address;
    web::parse_target(request);
    return request;
}

// Counts a request while it is answered.
class InProgress {
public:
    explicit InProgress(Site& site) : count_(site.requests_in_progress) { ++*count_; }
    ~InProgress() { --*count_; }
    InProgress(const InProgress&) = delete;
    InProgress& operator=(const InProgress&) = delete;

private:
    std::shared_ptr<std::size_t> count_;
};

template <class Stream>
class HttpSession {
public:
    HttpSession(Stream stream, std::string remote_address, Site& site)
        : stream_(std::move(stream)), remote_address_(std::move(remote_address)), site_(site) {}

    net::awaitable<void> run() {
        bool goes_on = true;
        for (bool is_first = true; goes_on; is_first = false) {
            const bool has_begun = co_await begun(is_first);
            if (!has_begun) break;
            goes_on = co_await serve_one();
        }
        if (!handed_over_) beast::get_lowest_layer(stream_).close();
    }

private:
    // Waits for the first bytes of a request.
    net::awaitable<bool> begun(bool is_first) {
        if (buffer_.size() > 0) co_return true;
        if (is_first)
            limit_time(first_byte_limit);
        else
            limit_time(idle_limit);
        auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(8192), as_result);
        buffer_.commit(size);
        co_return !error;
    }

    // One request and its answer. False when the connection is at its end.
    net::awaitable<bool> serve_one() {
        Parser parser;
        parser.header_limit(most_header_bytes);
        parser.body_limit(site_.body_limit);
        limit_time(header_limit);
        auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, as_result);
        if (!error && websocket::is_upgrade(parser.get()) && is_socket_path(parser.get().target())) {
            co_await upgrade(parser);
            co_return false;
        }
        if (!error) error = co_await read_body(parser);
        if (error) {
            co_await refuse_unreadable(parser, explain(error));
            co_return false;
        }
        const Connection connection = parser.get().keep_alive() ? Connection::keep_alive : Connection::close;
        web::Request request = plain_request(parser.release(), remote_address_);
        const InProgress in_progress(site_);
        web::Response response = co_await respond(request, site_);
        const bool sent = co_await send(request.method, response, connection);
        if (response.after_sent) response.after_sent();
        co_return sent&& connection == Connection::keep_alive;
    }

    net::awaitable<error_code> read_body(Parser& parser) {
        if (!parser.is_done() && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            auto [error, size] = co_await net::async_write(stream_, net::buffer(go_on), as_result);
            if (error) co_return error;
        }
        while (!parser.is_done()) {
            limit_time(body_pause_limit);
            auto [error, size] = co_await http::async_read_some(stream_, buffer_, parser, as_result);
            if (error) co_return error;
        }
        co_return error_code{};
    }

    static bool is_socket_path(std::string_view target) {
        const std::string_view path = target.substr(0, target.find('?'));
        return path == "/ws" || path == "/api/ws";
    }

    net::awaitable<void> upgrade(Parser& parser) {
        UpgradeRequest message = parser.release();
        web::Request request = plain_request(UpgradeRequest(message), remote_address_);
        if (std::optional<web::Response> refusal = refuse(request, site_)) {
            complete(request, *refusal, site_);
            co_await send(request.method, *refusal, Connection::close);
            co_return;
        }
        std::string client_id(request.parameter("clientId").value_or(""));
        handed_over_ = true;
        co_await websocket_session(std::move(stream_), std::move(message), std::move(client_id), site_);
    }

    // Says what is wrong, then reads what the client is still sending: a closed door would make it miss the answer.
    net::awaitable<void> refuse_unreadable(Parser& parser, Unreadable why) {
        if (why.status == 0) co_return;
        const web::Request request = plain_request(UpgradeRequest(parser.get()), remote_address_);
        web::Response response = web::Response::error(why.status, why.reason);
        complete(request, response, site_);
        const bool sent = co_await send("GET", response, Connection::close);
        if (!sent) co_return;
        error_code ignored;
        beast::get_lowest_layer(stream_).socket().shutdown(tcp::socket::shutdown_send, ignored);
        limit_time(farewell_limit);
        for (std::size_t left = farewell_bytes; left > 0;) {
            buffer_.clear();
            auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(64 << 10), as_result);
            if (error) co_return;
            left -= std::min(left, size);
        }
    }

    net::awaitable<bool> send(std::string_view method, web::Response& response, Connection connection) {
        const bool with_body = has_body(response.status, method);
        const auto* file = std::get_if<web::FileBody>(&response.body);
        std::optional<FileSource> source;
        if (file && with_body) {
            const web::FileBody wanted = *file;
            auto open = [wanted] { return FileSource::open(wanted); };
            source = co_await on_pool(site_.pool, std::move(open));
            if (!source) response = web::Response::error(404, "the file is gone");
        }
        const std::string head = response_head(response, connection);
        limit_time(answer_limit + std::chrono::seconds(body_length(response) / slowest_reader));
        std::array<net::const_buffer, 2> parts{net::buffer(head), {}};
        if (with_body && !source) parts[1] = net::buffer(std::get<std::string>(response.body));
        auto [error, size] = co_await net::async_write(stream_, parts, as_result);
        if (error) co_return false;
        if (source) co_return co_await send_file(*source);
        co_return true;
    }

    net::awaitable<bool> send_file(FileSource& source) {
        while (!source.is_at_end()) {
            auto read = [&source] { return source.read(); };
            const std::string piece = co_await on_pool(site_.pool, std::move(read));
            if (piece.empty()) co_return false;  // shorter than announced: the client must see a broken answer
            auto [error, size] = co_await net::async_write(stream_, net::buffer(piece), as_result);
            if (error) co_return false;
        }
        co_return true;
    }

    template <class Duration>
    void limit_time(Duration duration) {
        beast::get_lowest_layer(stream_).expires_after(duration);
    }

    Stream stream_;
    const std::string remote_address_;
    Site& site_;
    beast::flat_buffer buffer_;
    bool handed_over_ = false;
};

}  // namespace

template <class Stream>
net::awaitable<void> http_session(Stream stream, std::string remote_address, Site& site) {
    HttpSession<Stream> session(std::move(stream), std::move(remote_address), site);
    co_await session.run();
}

template net::awaitable<void> http_session(PlainStream, std::string, Site&);
template net::awaitable<void> http_session(TlsStream, std::string, Site&);

}  // namespace easel::server
