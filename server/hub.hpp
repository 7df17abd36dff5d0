// Between the running prompt and the sockets: turns events into messages and brings them to the clients they are for.
#pragma once

#include "base/pool.hpp"
#include "graph/events.hpp"
#include "web-api/messages.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace easel::server {

using Message = std::shared_ptr<const web::WireMessage>;

// One client's connection as the hub sees it. io thread.
class Socket {
public:
    virtual ~Socket() = default;
    virtual void send(Message message) = 0;
    // Sends what is waiting, a close frame ("going away"), and ends.
    virtual void close() = 0;
};

// `emit` and `queue_changed` come from any thread and keep the order of each; everything else is the io thread's.
class Hub final : public graph::EventSink {
public:
    // `post` runs work on the io thread, in order.
    Hub(std::function<void(std::function<void()>)> post, Pool& encoders, std::string feature_flags);

    void emit(graph::Event event) override;
    // Tells every client how many prompts are pending or running.
    void queue_changed(std::size_t remaining);
    void log_line(const std::string& time, const std::string& text);

    // A client with this id is here. It is greeted with `status`, then with the node being executed for it, or with
    // what it missed when it posted a prompt just before it connected. An older connection of that id hears no more.
    void connect(const std::string& client_id, std::shared_ptr<Socket> socket, std::size_t remaining);
    void disconnect(const std::string& client_id, const Socket* socket);
    // The client's first message: it may say which features it has, and is told the server's then.
    void negotiate(const std::string& client_id, Socket& socket, web::ClientFeatures features);
    void subscribe_to_log(const std::string& client_id, bool wanted);

    // Closes every socket; further events go nowhere.
    void close_all();
    std::size_t open_sockets() const { return sockets_.size(); }

private:
    // A message source waiting for its turn: an event, or a new length of the queue.
    struct Turn {
        std::optional<graph::Event> event;
        std::size_t remaining = 0;
    };
    // What a client that has not connected yet will be told.
    struct Mailbox {
        std::vector<Message> messages;
        std::size_t bytes = 0;
        std::chrono::steady_clock::time_point expires;
    };

    void enqueue(Turn turn);
    void take_turns();
    void deliver(const Turn& turn);
    bool has_listener(const std::optional<std::string>& client_id) const;
    void to_client(const std::string& client_id, const std::vector<Message>& messages, bool is_start);
    void to_everyone(const std::vector<Message>& messages);
    void drop_old_mailboxes();

    const std::function<void(std::function<void()>)> post_;
    Pool& encoders_;
    const Message feature_flags_;

    // Messages leave in the order in which they came, though pictures take time to encode: while one is encoded, what
    // follows waits here.
    std::mutex turns_mutex_;
    std::deque<Turn> turns_;
    bool taking_turns_ = false;

    mutable std::mutex features_mutex_;
    std::unordered_map<std::string, web::ClientFeatures> features_;  // of connected clients

    // io thread:
    std::unordered_map<std::string, std::shared_ptr<Socket>> sockets_;
    std::unordered_map<std::string, Mailbox> mailboxes_;
    std::optional<std::string> executing_client_, executing_node_;
    std::set<std::string> log_readers_;
    std::atomic<bool> has_log_readers_ = false;  // any thread
    bool closed_ = false;
};

}  // namespace easel::server
