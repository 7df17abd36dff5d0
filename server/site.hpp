// What every connection needs of the server, handed down by the composition root.
#pragma once

#include "base/options.hpp"
#include "base/pool.hpp"
#include "server/hub.hpp"
#include "server/net.hpp"
#include "web-api/http.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace easel::server {

// Closed until the nodes are loaded; requests that need them wait here. io thread.
class Gate {
public:
    explicit Gate(net::io_context& io) : waiting_(io, net::steady_timer::time_point::max()) {}

    bool is_open() const { return open_; }
    void open() {
        open_ = true;
        waiting_.cancel();
    }
    net::awaitable<void> passed() {
        while (!open_)
            co_await waiting_.async_wait(as_result);
    }

private:
    net::steady_timer waiting_;
    bool open_ = false;
};

// References outlive the connections. io thread.
struct Site {
    const NetworkOptions& network;
    const web::Router& router;
    const web::Handler& static_files;  // what no route answers; runs on the pool
    Pool& pool;
    Hub& hub;
    Gate& nodes_loaded;
    std::function<std::size_t()> remaining;  // prompts pending and running
    std::uint64_t body_limit;
    // Shared with the requests: some may be given up only after the site is gone.
    std::shared_ptr<std::size_t> requests_in_progress = std::make_shared<std::size_t>(0);
};

}  // namespace easel::server
