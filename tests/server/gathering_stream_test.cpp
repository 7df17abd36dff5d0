#include "server/gathering_stream.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace easel::server {
namespace {

using namespace std::chrono_literals;

// A server's WebSocket over a gathering layer, and a client's; both on one thread.
class GatheringStreamTest : public ::testing::Test {
protected:
    using ServerSocket = websocket::stream<GatheringStream<PlainStream>, false>;
    using ClientSocket = websocket::stream<tcp::socket>;

    void SetUp() override {
        tcp::acceptor acceptor(io, {net::ip::address_v4::loopback(), 0});
        tcp::socket near(io), far(io);
        near.connect(acceptor.local_endpoint());
        acceptor.accept(far);
        server.emplace(PlainStream(std::move(far)));
        client.emplace(std::move(near));
        run([this]() -> net::awaitable<void> { co_await server->async_accept(net::use_awaitable); },
            [this]() -> net::awaitable<void> { co_await client->async_handshake("here", "/", net::use_awaitable); });
    }

    // Runs them beside each other until both have ended.
    template <class... Work>
    void run(Work... work) {
        std::size_t open = sizeof...(work);
        (net::co_spawn(io, work,
                       [&open](std::exception_ptr failure) {
                           --open;
                           if (failure) std::rethrow_exception(failure);
                       }),
         ...);
        io.restart();
        io.run_for(5s);
        EXPECT_EQ(open, 0u) << "somebody waits for ever";
    }

    net::awaitable<void> send(std::vector<std::string> messages) {
        for (const std::string& message : messages)
            co_await server->async_write(net::buffer(message), as_result);
    }

    net::awaitable<std::vector<std::string>> receive(std::size_t count) {
        std::vector<std::string> messages;
        while (messages.size() < count) {
            beast::flat_buffer buffer;
            co_await client->async_read(buffer, net::use_awaitable);
            messages.push_back(beast::buffers_to_string(buffer.data()));
        }
        co_return messages;
    }

    net::io_context io;
    std::optional<ServerSocket> server;
    std::optional<ClientSocket> client;
};

TEST_F(GatheringStreamTest, KeepsWhatIsWrittenUntilItIsFlushed) {
    const std::vector<std::string> three{"one", std::string(300, 'x'), "three"};
    run([&]() -> net::awaitable<void> {
        server->next_layer().begin();
        co_await send(three);
        EXPECT_EQ(server->next_layer().gathered(), 2u + 3 + 4 + 300 + 2 + 5);
        EXPECT_EQ(client->next_layer().available(), 0u);
        const error_code failed = co_await server->next_layer().flush();
        EXPECT_FALSE(failed);
    });
    run([&]() -> net::awaitable<void> {
        const auto messages = co_await receive(3);
        EXPECT_EQ(messages, three);
    });
    const std::vector<std::string> another{"directly"};
    run([&]() -> net::awaitable<void> { co_await send(another); },
        [&]() -> net::awaitable<void> {
            const auto messages = co_await receive(1);
            EXPECT_EQ(messages, another);
        });
}

TEST_F(GatheringStreamTest, SendsWhatIsHeldBackBeforeAClosedSocketGoes) {
    server->next_layer().begin();
    const std::vector<std::string> last{"last"};
    run([&]() -> net::awaitable<void> { co_await send(last); });
    run(
        [this]() -> net::awaitable<void> {  // nobody flushes: the reader meets the client's close
            beast::flat_buffer buffer;
            auto [failed, size] = co_await server->async_read(buffer, as_result);
            EXPECT_EQ(failed, websocket::error::closed);
        },
        [this]() -> net::awaitable<void> {
            co_await client->async_close(websocket::close_code::normal, net::use_awaitable);
        });
}

TEST_F(GatheringStreamTest, EndsWhileAMessageWaitsForTheEnd) {
    server->next_layer().begin();
    run(
        [this]() -> net::awaitable<void> {
            beast::flat_buffer buffer;
            co_await server->async_read(buffer, as_result);
        },
        [this]() -> net::awaitable<void> {
            error_code failed;
            while (!failed) {  // as a session that always has something to say
                auto [error, size] = co_await server->async_write(net::buffer("more", 4), as_result);
                failed = error;
            }
            co_await server->next_layer().flush();
        },
        [this]() -> net::awaitable<void> { co_await client->async_close(websocket::close_code::normal, as_result); });
}

}  // namespace
}  // namespace easel::server
