// A layer between a WebSocket and its connection that can hold back what is written: messages that come together leave
// in one write instead of one each, with the framing that Beast gave them.
#pragma once

#include "server/net.hpp"

#include <memory>
#include <string>
#include <utility>

namespace easel::server {

// Passes everything through until `begin`; from then on what is written is kept until `flush` sends it, and passed
// through again after that. Control frames that Beast writes meanwhile are kept too, so that bytes leave in the order
// in which they were written. One coroutine begins and flushes. io thread.
template <class Stream>
class GatheringStream {
public:
    using next_layer_type = Stream;
    using executor_type = typename Stream::executor_type;

    explicit GatheringStream(Stream stream)
        : stream_(std::move(stream)), flushed_(stream_.get_executor(), net::steady_timer::time_point::max()) {}

    executor_type get_executor() noexcept { return stream_.get_executor(); }
    Stream& next_layer() noexcept { return stream_; }
    const Stream& next_layer() const noexcept { return stream_; }

    void begin() { is_gathering_ = true; }
    std::size_t gathered() const { return gathered_.size(); }

    net::awaitable<error_code> flush() {
        is_flushing_ = true;
        error_code failed;
        while (!failed && !gathered_.empty()) {
            const std::string bytes = std::exchange(gathered_, {});
            auto [error, size] = co_await net::async_write(stream_, net::buffer(bytes), as_result);
            failed = error;
        }
        is_flushing_ = is_gathering_ = false;
        flushed_.cancel();
        co_return failed;
    }

    // Calls `work` when everything that was written has gone. For the end of a WebSocket: Beast writes nothing else
    // until `work` was called, so whoever gathers cannot go on to its flush.
    template <class Work>
    void when_through(Work work) {
        if (!is_gathering_) return work();
        if (is_flushing_) return flushed_.async_wait([work = std::move(work)](error_code) mutable { work(); });
        is_gathering_ = false;
        auto bytes = std::make_shared<const std::string>(std::exchange(gathered_, {}));
        net::async_write(stream_, net::buffer(*bytes),
                         [bytes, work = std::move(work)](error_code, std::size_t) mutable { work(); });
    }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return stream_.async_read_some(buffers, std::forward<Token>(token));
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return net::async_initiate<Token, void(error_code, std::size_t)>(
            [this](auto handler, const Buffers& written) {
                if (!is_gathering_) {
                    stream_.async_write_some(written, std::move(handler));
                    return;
                }
                const std::size_t before = gathered_.size();
                for (const net::const_buffer part : beast::buffers_range_ref(written))
                    gathered_.append(static_cast<const char*>(part.data()), part.size());
                const auto executor = net::get_associated_executor(handler, get_executor());
                net::post(executor,
                          beast::bind_front_handler(std::move(handler), error_code{}, gathered_.size() - before));
            },
            token, buffers);
    }

private:
    Stream stream_;
    std::string gathered_;
    bool is_gathering_ = false;
    bool is_flushing_ = false;
    net::steady_timer flushed_;
};

// Found by Beast when a WebSocket ends: the connection goes after what is held back.
template <class Stream, class Handler>
void async_teardown(beast::role_type role, GatheringStream<Stream>& stream, Handler&& handler) {
    stream.when_through([&stream, role, handler = std::forward<Handler>(handler)]() mutable {
        using websocket::async_teardown;
        async_teardown(role, stream.next_layer(), std::move(handler));
    });
}

}  // namespace easel::server
