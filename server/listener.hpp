// Opens the addresses of --listen and starts a session for every connection. io thread.
#pragma once

#include "server/site.hpp"

#include <memory>
#include <string>
#include <vector>

namespace easel::server {

class Listener {
public:
    // Throws UserError naming the address or file where one cannot be used.
    Listener(net::io_context& io, Site& site);

    // Accepts until `stop`.
    void start();
    void stop();

    // The port of the first address: the system's choice where the options say 0.
    std::uint16_t port() const;
    // "http://127.0.0.1:8188", one for every address.
    std::vector<std::string> addresses() const;

private:
    net::awaitable<void> accept(tcp::acceptor& acceptor);
    void open(const std::string& address);

    net::io_context& io_;
    Site& site_;
    std::unique_ptr<net::ssl::context> tls_;
    std::vector<tcp::acceptor> acceptors_;
};

}  // namespace easel::server
