// A server of its own for a test: on a free port, with a scratch base folder and a few nodes that need no libtorch.
#pragma once

#include "base/json.hpp"
#include "server/server.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace easel::server::testing {

// Nodes: Say (output; text STRING), shows its text; Linger (output; text STRING), reports progress until it is stopped;
// Stubborn (output; seconds FLOAT), sleeps and does not look at its stop token.
std::unique_ptr<Backend> small_backend(const Options& options, Folders& folders);

class TestServer {
public:
    explicit TestServer(const std::function<void(Options&)>& change = {}, BackendOpener open = small_backend);
    // Keeps the base folder when it is to be opened again.
    ~TestServer();

    Server& operator*() { return *server_; }
    std::uint16_t port() const { return server_->port(); }
    const std::filesystem::path& base() const { return base_; }
    // Stops the server and starts another one on the same files.
    void restart();

private:
    Options options_;
    std::filesystem::path base_;
    std::unique_ptr<Server> server_;
    BackendOpener open_;
};

struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    Json json() const { return Json::parse(body); }
};

// Sends the bytes as they are and reads until the server closes the connection or is silent for `patience`. `later` is
// sent when the first bytes have come.
std::string exchange(std::uint16_t port, const std::string& bytes,
                     std::chrono::milliseconds patience = std::chrono::milliseconds(3000),
                     const std::string& later = "");

// One request on a connection of its own.
Answer request(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body = "",
               const std::string& fields = "");

// {"1": {"class_type": node, "inputs": {"text": text}}} as a body for POST /prompt.
std::string prompt_body(const std::string& node, const std::string& text, const std::string& client_id = "");

// Asks until the answer is there, for ten seconds; whether it came.
bool eventually(const std::function<bool()>& question);

// A WebSocket client.
class SocketClient {
public:
    SocketClient(std::uint16_t port, const std::string& client_id);
    ~SocketClient();
    void send(const std::string& text);
    // The next text message; nothing when none comes within `patience` or the connection ends.
    std::optional<Json> receive(std::chrono::milliseconds patience = std::chrono::milliseconds(5000));
    // The first message of that type, those before it dropped.
    std::optional<Json> receive_type(const std::string& type);
    // Reads until the server closes; the close code, 0 when the connection broke without one.
    int close_code();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace easel::server::testing
