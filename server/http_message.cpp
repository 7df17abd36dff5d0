#include "server/http_message.hpp"

#include "base/error.hpp"

#include <boost/beast/http/status.hpp>
#include <zlib.h>

#include <algorithm>
#include <ctime>

namespace easel::server {

namespace {

std::string http_date(std::time_t when) {
    std::tm parts{};
    gmtime_r(&when, &parts);
    char text[40];
    return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

void add_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ");
    std::copy_if(value.begin(), value.end(), std::back_inserter(head),
                 [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
    head.append("\r\n");
}

std::string gzip(const std::string& text) {
    z_stream stream{};
    constexpr int gzip_window = 15 + 16;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw Error("cannot compress an answer");
    std::string packed(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int result = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) throw Error("cannot compress an answer");
    return packed;
}

}  // namespace

std::uint64_t body_length(const web::Response& response) {
    if (const auto* file = std::get_if<web::FileBody>(&response.body)) return file->length;
    return std::get<std::string>(response.body).size();
}

bool has_body(int status, std::string_view method) {
    return method != "HEAD" && status != 204 && status != 304 && status >= 200;
}

std::string response_head(const web::Response& response, Connection connection) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head.append(boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status)))
        .append("\r\n");
    for (const auto& [name, value] : response.headers)
        add_field(head, name, value);
    if (response.status != 204 && response.status != 304)
        add_field(head, "Content-Length", std::to_string(body_length(response)));
    add_field(head, "Date", http_date(std::time(nullptr)));
    add_field(head, "Server", "easel/" EASEL_VERSION);
    if (connection == Connection::close) add_field(head, "Connection", "close");
    return head.append("\r\n");
}

void compress_body(const web::Request& request, web::Response& response) {
    auto* text = std::get_if<std::string>(&response.body);
    const std::string* type = response.header("content-type");
    if (!text || text->empty() || !type || response.header("content-encoding")) return;
    if (!type->starts_with("application/json") && !type->starts_with("text/plain")) return;
    if (request.header("accept-encoding").value_or("").find("gzip") == std::string_view::npos) return;
    *text = gzip(*text);
    response.with("Content-Encoding", "gzip").with("Vary", "Accept-Encoding");
}

}  // namespace easel::server
