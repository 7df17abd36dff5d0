// Work that other threads hand to the io thread. One wake-up brings everything that came in meanwhile; asio's own
// `post` costs one for each, made while a lock is held that the woken thread needs first of all.
#pragma once

#include "server/net.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <mutex>
#include <vector>

namespace easel::server {

class Inbox {
public:
    // Begins to listen as soon as `io` runs. Outlives its threads' calls of `post`; `io` outlives it.
    explicit Inbox(net::io_context& io);

    // From any thread: `work` runs on the io thread, after what was posted before it.
    void post(std::function<void()> work);

private:
    net::awaitable<void> listen();
    void run_waiting();

    net::posix::stream_descriptor bell_;
    std::mutex mutex_;
    std::vector<std::function<void()>> waiting_;
    std::vector<std::function<void()>> running_;  // io thread
};

}  // namespace easel::server
