// One HTTP connection: requests are read, answered and kept alive one after another, until either side has enough.
#pragma once

#include "server/site.hpp"

namespace easel::server {

// `remote_address` is who connected. Returns when the connection is closed; a request for /ws hands the connection
// over.
template <class Stream>
net::awaitable<void> http_session(Stream stream, std::string remote_address, Site& site);

extern template net::awaitable<void> http_session(PlainStream, std::string, Site&);
extern template net::awaitable<void> http_session(TlsStream, std::string, Site&);

}  // namespace easel::server
