// One WebSocket from handshake to close. Template over the stream, so that TLS and plain sockets share the text.
#pragma once

#include "server/site.hpp"

namespace easel::server {

using UpgradeRequest = http::request<http::string_body>;

// Takes the connection over; returns when it is closed. `client_id` is what the client calls itself; empty: it is given
// a name. Throws nothing that the network does.
template <class Stream>
net::awaitable<void> websocket_session(Stream stream, UpgradeRequest request, std::string client_id, Site& site);

extern template net::awaitable<void> websocket_session(PlainStream, UpgradeRequest, std::string, Site&);
extern template net::awaitable<void> websocket_session(TlsStream, UpgradeRequest, std::string, Site&);

}  // namespace easel::server
