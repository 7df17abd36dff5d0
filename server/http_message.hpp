// Between bytes and the plain values of web-api: the head of an answer as text, compressed bodies, the request's parts.
#pragma once

#include "web-api/http.hpp"

#include <string>
#include <string_view>

namespace easel::server {

enum class Connection { keep_alive, close };

// Status line and header fields, up to and with the empty line. Control characters in a field's value are left out, so
// that a file name cannot add fields.
std::string response_head(const web::Response& response, Connection connection);

// How many bytes follow the head of an answer to GET.
std::uint64_t body_length(const web::Response& response);

// Whether a body may follow the head at all.
bool has_body(int status, std::string_view method);

// Replaces a JSON or plain text body by its gzip form and says so in the header, when the request takes it.
void compress_body(const web::Request& request, web::Response& response);

}  // namespace easel::server
