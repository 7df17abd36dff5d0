#include "server/inbox.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace easel::server {

namespace {

int new_bell() {
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) throw Error(std::string("cannot make an eventfd: ") + std::strerror(errno));
    return descriptor;
}

}  // namespace

Inbox::Inbox(net::io_context& io) : bell_(io, new_bell()) {
    net::co_spawn(
        io, [this] { return listen(); }, net::detached);
}

void Inbox::post(std::function<void()> work) {
    bool is_first = false;
    {
        std::lock_guard lock(mutex_);
        is_first = waiting_.empty();
        waiting_.push_back(std::move(work));
    }
    if (!is_first) return;
    // Cannot fail: the counter is far from full.
    const std::uint64_t once = 1;
    [[maybe_unused]] const auto written = ::write(bell_.native_handle(), &once, sizeof once);
}

net::awaitable<void> Inbox::listen() {
    while (true) {
        std::uint64_t rings = 0;
        auto [failed, size] = co_await bell_.async_read_some(net::buffer(&rings, sizeof rings), as_result);
        if (failed) co_return;
        run_waiting();
    }
}

void Inbox::run_waiting() {
    {
        std::lock_guard lock(mutex_);
        running_.swap(waiting_);
    }
    for (const auto& work : running_) {
        try {
            work();
        } catch (const std::exception& error) {
            logger("server")->error("on the io thread: {}", error.what());
        }
    }
    running_.clear();
}

}  // namespace easel::server
