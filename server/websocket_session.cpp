#include "server/websocket_session.hpp"

#include "base/json.hpp"
#include "base/log.hpp"
#include "server/gathering_stream.hpp"

#include <algorithm>
#include <deque>
#include <random>

namespace easel::server {

namespace {

constexpr std::size_t most_bytes_read = 4 << 20;
// Previews are for clients that keep up; everything else waits for the client, within reason.
constexpr std::size_t preview_backlog = 1 << 20;
constexpr std::size_t most_backlog = 256 << 20;
constexpr std::size_t cost_of_a_message = 64;
// Messages up to this size leave together, up to so many bytes at once.
constexpr std::size_t small_message = 16 << 10;
constexpr std::size_t most_gathered = 64 << 10;
constexpr auto handshake_limit = std::chrono::seconds(30);
constexpr auto closing_limit = std::chrono::seconds(2);

std::string random_name() {
    std::random_device device;
    std::string name;
    for (int i = 0; i < 32; ++i)
        name += "0123456789abcdef"[device() % 16];
    return name;
}

// What a first message says of the client, if it is a feature_flags message. `counts` is false for what is no JSON
// object: the next message may then still be the first.
struct FirstMessage {
    bool counts = false;
    std::optional<web::ClientFeatures> features = {};
};

FirstMessage read_first_message(const std::string& text) {
    const Json message = Json::parse(text, nullptr, false);
    if (!message.is_object()) return {};
    const auto type = message.find("type");
    if (type == message.end() || *type != "feature_flags") return {.counts = true};
    web::ClientFeatures features;
    if (const auto data = message.find("data"); data != message.end() && data->is_object()) {
        const auto flag = data->find("supports_preview_metadata");
        features.supports_preview_metadata = flag != data->end() && *flag == true;
    }
    return {.counts = true, .features = features};
}

template <class Stream>
class WebSocketSession final : public Socket, public std::enable_shared_from_this<WebSocketSession<Stream>> {
public:
    WebSocketSession(Stream stream, std::string client_id, Site& site)
        : socket_(std::move(stream)), wake_(socket_.get_executor(), net::steady_timer::time_point::max()),
          client_id_(client_id.empty() ? random_name() : std::move(client_id)), site_(site) {}

    void send(Message message) override {
        if (ended_ || (message->may_drop && backlog_ > preview_backlog)) return;
        backlog_ += message->payload.size() + cost_of_a_message;
        if (backlog_ > most_backlog) {
            logger("server")->warn("client {} does not read its messages; its connection is closed", client_id_);
            return end();
        }
        outgoing_.push_back(std::move(message));
        wake_.cancel();
    }

    void close() override {
        closing_ = true;
        wake_.cancel();
    }

    net::awaitable<void> run(UpgradeRequest request, std::size_t remaining) {
        beast::get_lowest_layer(socket_).expires_never();
        websocket::stream_base::timeout limits{handshake_limit, websocket::stream_base::none(), false};
        socket_.set_option(limits);
        socket_.read_message_max(most_bytes_read);
        auto [refused] = co_await socket_.async_accept(request, as_result);
        if (refused) co_return;
        auto self = this->shared_from_this();
        site_.hub.connect(client_id_, self, remaining);
        net::co_spawn(
            socket_.get_executor(), [self] { return self->write_messages(); }, net::detached);
        co_await read_messages();
        site_.hub.disconnect(client_id_, this);
        end();
    }

private:
    net::awaitable<void> read_messages() {
        beast::flat_buffer buffer;
        bool is_first = true;
        while (!ended_) {
            auto [failed, size] = co_await socket_.async_read(buffer, as_result);
            if (failed) break;
            if (is_first && socket_.got_text()) {
                const FirstMessage first = read_first_message(beast::buffers_to_string(buffer.data()));
                if (first.counts) is_first = false;
                if (first.features) site_.hub.negotiate(client_id_, *this, *first.features);
            }
            buffer.consume(buffer.size());
        }
    }

    // The only coroutine that writes. Control frames are answered by the reader, within Beast.
    net::awaitable<void> write_messages() {
        while (!ended_) {
            if (!outgoing_.empty()) {
                co_await write_waiting();
            } else if (closing_) {
                auto limits = websocket::stream_base::timeout{closing_limit, websocket::stream_base::none(), false};
                socket_.set_option(limits);
                co_await socket_.async_close(websocket::close_code::going_away, as_result);
                end();
            } else {
                co_await wake_.async_wait(as_result);
            }
        }
    }

    net::awaitable<void> write_waiting() {
        const bool is_batch = outgoing_.size() > 1 && outgoing_.front()->payload.size() <= small_message;
        if (!is_batch) {
            const Message message = next_message();
            co_await write(*message);
            forget(message->payload.size() + cost_of_a_message);
            co_return;
        }
        // Messages that come together leave together, which spares both sides a wake-up for each.
        GatheringStream<Stream>& layer = socket_.next_layer();
        layer.begin();
        std::size_t cost = 0;
        while (!ended_ && !outgoing_.empty() && outgoing_.front()->payload.size() <= small_message &&
               layer.gathered() < most_gathered) {
            const Message message = next_message();
            cost += message->payload.size() + cost_of_a_message;
            co_await write(*message);
        }
        const error_code failed = co_await layer.flush();
        if (failed) end();
        forget(cost);
    }

    Message next_message() {
        Message message = std::move(outgoing_.front());
        outgoing_.pop_front();
        return message;
    }

    net::awaitable<void> write(const web::WireMessage& message) {
        socket_.binary(message.is_binary);
        auto [failed, size] = co_await socket_.async_write(net::buffer(message.payload), as_result);
        if (failed) end();
    }

    void forget(std::size_t cost) { backlog_ -= std::min(backlog_, cost); }

    void end() {
        ended_ = true;
        outgoing_.clear();
        wake_.cancel();
        beast::get_lowest_layer(socket_).close();
    }

    // Without compression: messages are small, previews are compressed already.
    websocket::stream<GatheringStream<Stream>, false> socket_;
    net::steady_timer wake_;
    const std::string client_id_;
    Site& site_;
    std::deque<Message> outgoing_;
    std::size_t backlog_ = 0;
    bool closing_ = false;
    bool ended_ = false;
};

}  // namespace

template <class Stream>
net::awaitable<void> websocket_session(Stream stream, UpgradeRequest request, std::string client_id, Site& site) {
    auto session = std::make_shared<WebSocketSession<Stream>>(std::move(stream), std::move(client_id), site);
    const std::size_t remaining = site.remaining();
    co_await session->run(std::move(request), remaining);
}

template net::awaitable<void> websocket_session(PlainStream, UpgradeRequest, std::string, Site&);
template net::awaitable<void> websocket_session(TlsStream, UpgradeRequest, std::string, Site&);

}  // namespace easel::server
