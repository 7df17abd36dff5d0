#include "tests/support/server/test_server.hpp"

#include "graph/node.hpp"
#include "server/net.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>

#include <sys/socket.h>
#include <sys/time.h>

#include <thread>

namespace easel::server::testing {

namespace fs = std::filesystem;

namespace {

graph::Returns<> show(const std::string& text) { return graph::Ui{Json{{"text", Json::array({text})}}}; }

struct Say {
    std::string text;
    static void declare(graph::Schema& s) {
        s.output_node = true;
        s.in("text", &Say::text);
    }
    graph::Returns<> execute() const { return show(text); }
};

struct Linger {
    std::string text;
    static void declare(graph::Schema& s) {
        s.output_node = true;
        s.in("text", &Linger::text);
    }
    graph::Returns<> execute(graph::Context& context) const {
        for (int tick = 0; tick < 3000; ++tick) {
            context.progress(tick, 3000);
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return show(text);
    }
};

struct Stubborn {
    double seconds = 1;
    static void declare(graph::Schema& s) {
        s.output_node = true;
        s.in("seconds", &Stubborn::seconds);
    }
    graph::Returns<> execute() const {
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
        return show("");
    }
};

class SmallBackend final : public Backend {
public:
    void register_nodes(graph::Registry& registry) override {
        registry.add<Say>("Say");
        registry.add<Linger>("Linger");
        registry.add<Stubborn>("Stubborn");
    }
    void add_services(graph::Services&) override {}
    void begin_work() override {}
    void unload_models() override {}
    bool is_out_of_memory(const std::exception&) const override { return false; }
    Json devices() const override { return Json::array(); }
    Json versions() const override { return Json::object(); }
    std::vector<std::pair<std::string, std::string>> findings() const override { return {}; }
};

void limit_silence(int socket, std::chrono::milliseconds patience) {
    const timeval limit{.tv_sec = patience.count() / 1000, .tv_usec = (patience.count() % 1000) * 1000};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

tcp::endpoint loopback(std::uint16_t port) { return {net::ip::make_address("127.0.0.1"), port}; }

}  // namespace

std::unique_ptr<Backend> small_backend(const Options&, Folders&) { return std::make_unique<SmallBackend>(); }

TestServer::TestServer(const std::function<void(Options&)>& change, BackendOpener open) : open_(std::move(open)) {
    std::string pattern = (fs::temp_directory_path() / "easel-server-XXXXXX").string();
    base_ = mkdtemp(pattern.data());
    options_.folders.base = base_;
    options_.network.port = 0;
    if (change) change(options_);
    server_ = std::make_unique<Server>(options_, open_);
    server_->start();
}

TestServer::~TestServer() {
    server_.reset();
    fs::remove_all(base_);
}

void TestServer::restart() {
    server_.reset();
    server_ = std::make_unique<Server>(options_, open_);
    server_->start();
}

std::string exchange(std::uint16_t port, const std::string& bytes, std::chrono::milliseconds patience,
                     const std::string& later) {
    net::io_context io;
    tcp::socket socket(io);
    socket.connect(loopback(port));
    error_code ignored;
    net::write(socket, net::buffer(bytes), ignored);
    limit_silence(socket.native_handle(), patience);
    std::string received(1 << 20, '\0');
    std::size_t size = 0;
    while (size < received.size()) {
        const ssize_t more = recv(socket.native_handle(), received.data() + size, received.size() - size, 0);
        if (more <= 0) break;
        if (size == 0 && !later.empty()) net::write(socket, net::buffer(later), ignored);
        size += static_cast<std::size_t>(more);
    }
    received.resize(size);
    return received;
}

Answer request(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body,
               const std::string& fields) {
    const std::string text = exchange(port,
                                      method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                                          "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                                          "\r\n" + fields + "\r\n" + body,
                                      std::chrono::seconds(20));
    Answer answer;
    if (text.size() < 12) return answer;
    answer.status = std::stoi(text.substr(9, 3));
    const std::size_t end = text.find("\r\n\r\n");
    answer.head = text.substr(0, end);
    if (end != text.npos) answer.body = text.substr(end + 4);
    return answer;
}

std::string prompt_body(const std::string& node, const std::string& text, const std::string& client_id) {
    Json body{{"prompt", {{"1", {{"class_type", node}, {"inputs", {{"text", text}}}}}}}};
    if (!client_id.empty()) body["client_id"] = client_id;
    return body.dump();
}

bool eventually(const std::function<bool()>& question) {
    for (int attempt = 0; attempt < 1000; ++attempt) {
        if (question()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

struct SocketClient::State {
    net::io_context io;
    websocket::stream<tcp::socket> socket{io};
};

SocketClient::SocketClient(std::uint16_t port, const std::string& client_id) : state_(std::make_unique<State>()) {
    state_->socket.next_layer().connect(loopback(port));
    state_->socket.handshake("127.0.0.1:" + std::to_string(port), "/ws?clientId=" + client_id);
}

SocketClient::~SocketClient() = default;

void SocketClient::send(const std::string& text) { state_->socket.write(net::buffer(text)); }

std::optional<Json> SocketClient::receive(std::chrono::milliseconds patience) {
    beast::flat_buffer buffer;
    std::optional<error_code> result;
    state_->socket.async_read(buffer, [&result](error_code error, std::size_t) { result = error; });
    state_->io.restart();
    state_->io.run_for(patience);
    if (!result) {
        state_->socket.next_layer().cancel();
        state_->io.restart();
        state_->io.run();
    }
    if (*result) return {};
    return Json::parse(beast::buffers_to_string(buffer.data()));
}

std::optional<Json> SocketClient::receive_type(const std::string& type) {
    while (std::optional<Json> message = receive())
        if ((*message)["type"] == type) return message;
    return {};
}

int SocketClient::close_code() {
    while (receive()) {
    }
    return state_->socket.reason().code;
}

}  // namespace easel::server::testing
