#include "server/hub.hpp"

#include "base/json.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace easel::server {

namespace {

constexpr auto mailbox_lifetime = std::chrono::seconds(20);
constexpr std::size_t most_mailboxes = 256;
constexpr std::size_t most_mailbox_bytes = 8 << 20;

Message text_message(std::string text) {
    return std::make_shared<web::WireMessage>(
        web::WireMessage{.is_binary = false, .may_drop = false, .payload = std::move(text)});
}

Message json_message(const char* type, Json body) {
    return text_message(
        Json{{"type", type}, {"data", std::move(body)}}.dump(-1, ' ', true, Json::error_handler_t::replace));
}

// Of a prompt that nobody owns, everyone hears these; nobody hears the rest (reference behaviour 17).
bool is_heard_by_everyone(const graph::EventBody& body) {
    if (const auto* error = std::get_if<graph::ExecutionError>(&body)) return error->live_only;
    return std::holds_alternative<graph::Progress>(body) || std::holds_alternative<graph::ProgressState>(body) ||
           std::holds_alternative<graph::Text>(body) || std::holds_alternative<graph::ExecutionInterrupted>(body);
}

bool ends_prompt(const graph::EventBody& body) {
    if (const auto* error = std::get_if<graph::ExecutionError>(&body)) return !error->live_only;
    return std::holds_alternative<graph::ExecutionSuccess>(body) ||
           std::holds_alternative<graph::ExecutionInterrupted>(body);
}

bool has_picture(const std::optional<graph::Event>& event) {
    const auto* step = event ? std::get_if<graph::Progress>(&event->body) : nullptr;
    return step && step->preview;
}

// A JPEG shows how far a sampler is, so a newer one makes it pointless; a PNG is what a node was asked for.
bool has_replaceable_picture(const std::optional<graph::Event>& event) {
    return has_picture(event) && std::get<graph::Progress>(event->body).preview->image.format == "JPEG";
}

bool are_of_one_node(const graph::Event& one, const graph::Event& other) {
    return one.prompt_id == other.prompt_id &&
           std::get<graph::Progress>(one.body).node == std::get<graph::Progress>(other.body).node;
}

}  // namespace

Hub::Hub(std::function<void(std::function<void()>)> post, Pool& encoders, std::string feature_flags)
    : post_(std::move(post)), encoders_(encoders), feature_flags_(text_message(std::move(feature_flags))) {}

void Hub::emit(graph::Event event) {
    auto* step = std::get_if<graph::Progress>(&event.body);
    if (step && step->preview && !has_listener(event.client_id)) step->preview.reset();
    enqueue({.event = std::move(event)});
}

void Hub::queue_changed(std::size_t remaining) { enqueue({.event = {}, .remaining = remaining}); }

bool Hub::has_listener(const std::optional<std::string>& client_id) const {
    std::lock_guard lock(features_mutex_);
    return client_id ? features_.contains(*client_id) : !features_.empty();
}

void Hub::enqueue(Turn turn) {
    const bool needs_encoding = has_picture(turn.event);
    {
        std::lock_guard lock(turns_mutex_);
        if (taking_turns_) {
            if (has_replaceable_picture(turn.event))
                for (Turn& waiting : turns_)
                    if (has_replaceable_picture(waiting.event) && are_of_one_node(*waiting.event, *turn.event))
                        std::get<graph::Progress>(waiting.event->body).preview.reset();
            turns_.push_back(std::move(turn));
            return;
        }
        if (needs_encoding) {
            taking_turns_ = true;
            turns_.push_back(std::move(turn));
        }
    }
    if (needs_encoding)
        encoders_.post([this] { take_turns(); });
    else
        deliver(turn);
}

void Hub::take_turns() {
    while (true) {
        Turn turn;
        {
            std::lock_guard lock(turns_mutex_);
            if (turns_.empty()) {
                taking_turns_ = false;
                return;
            }
            turn = std::move(turns_.front());
            turns_.pop_front();
        }
        try {
            deliver(turn);
        } catch (const std::exception& error) {
            logger("server")->warn("a message could not be made: {}", error.what());
        }
    }
}

void Hub::deliver(const Turn& turn) {
    if (!turn.event) {
        auto status = text_message(web::status_message(turn.remaining, {}));
        post_([this, status = std::move(status)] { to_everyone({status}); });
        return;
    }
    const graph::Event& event = *turn.event;
    const std::optional<std::string>& client = event.client_id;
    if (!client && !(is_heard_by_everyone(event.body) && has_listener({}))) return;
    web::ClientFeatures features;
    if (client) {
        std::lock_guard lock(features_mutex_);
        if (auto found = features_.find(*client); found != features_.end()) features = found->second;
    }
    std::vector<Message> messages;
    for (web::WireMessage& message : web::render(event, features))
        messages.push_back(std::make_shared<web::WireMessage>(std::move(message)));

    const auto* executing = std::get_if<graph::Executing>(&event.body);
    const std::optional<std::string> node =
        executing && executing->node ? std::optional(executing->display_node) : std::nullopt;
    const bool is_start = std::holds_alternative<graph::ExecutionStart>(event.body);
    post_([this, client, messages = std::move(messages), node, is_start, is_end = ends_prompt(event.body)] {
        if (node) {
            executing_client_ = client;
            executing_node_ = node;
        }
        if (is_end) executing_node_.reset();
        if (client)
            to_client(*client, messages, is_start);
        else
            to_everyone(messages);
    });
}

void Hub::to_client(const std::string& client_id, const std::vector<Message>& messages, bool is_start) {
    if (closed_) return;
    if (const auto found = sockets_.find(client_id); found != sockets_.end()) {
        for (const Message& message : messages)
            found->second->send(message);
        return;
    }
    drop_old_mailboxes();
    auto mailbox = mailboxes_.find(client_id);
    if (mailbox == mailboxes_.end()) {
        // Only a prompt that starts before its client is there opens one: who leaves in the middle is not waited for.
        if (!is_start || mailboxes_.size() >= most_mailboxes) return;
        mailbox = mailboxes_.emplace(client_id, Mailbox{}).first;
        mailbox->second.expires = std::chrono::steady_clock::now() + mailbox_lifetime;
    }
    for (const Message& message : messages) {
        mailbox->second.bytes += message->payload.size();
        if (mailbox->second.bytes <= most_mailbox_bytes) mailbox->second.messages.push_back(message);
    }
}

void Hub::to_everyone(const std::vector<Message>& messages) {
    if (closed_) return;
    for (const auto& [client_id, socket] : sockets_)
        for (const Message& message : messages)
            socket->send(message);
}

void Hub::drop_old_mailboxes() {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(mailboxes_, [now](const auto& entry) { return entry.second.expires < now; });
}

void Hub::connect(const std::string& client_id, std::shared_ptr<Socket> socket, std::size_t remaining) {
    if (closed_) return socket->close();
    {
        std::lock_guard lock(features_mutex_);
        features_[client_id] = {};
    }
    socket->send(text_message(web::status_message(remaining, client_id)));
    drop_old_mailboxes();
    if (auto mailbox = mailboxes_.extract(client_id)) {
        for (const Message& message : mailbox.mapped().messages)
            socket->send(message);
    } else if (executing_client_ == client_id && executing_node_) {
        socket->send(json_message("executing", {{"node", *executing_node_}}));
    }
    sockets_[client_id] = std::move(socket);
}

void Hub::disconnect(const std::string& client_id, const Socket* socket) {
    const auto found = sockets_.find(client_id);
    if (found == sockets_.end() || found->second.get() != socket) return;
    sockets_.erase(found);
    subscribe_to_log(client_id, false);
    std::lock_guard lock(features_mutex_);
    features_.erase(client_id);
}

void Hub::negotiate(const std::string& client_id, Socket& socket, web::ClientFeatures features) {
    {
        std::lock_guard lock(features_mutex_);
        if (const auto found = features_.find(client_id); found != features_.end()) found->second = features;
    }
    socket.send(feature_flags_);
}

void Hub::subscribe_to_log(const std::string& client_id, bool wanted) {
    if (wanted && sockets_.contains(client_id))
        log_readers_.insert(client_id);
    else
        log_readers_.erase(client_id);
    has_log_readers_ = !log_readers_.empty();
}

void Hub::log_line(const std::string& time, const std::string& text) {
    if (!has_log_readers_) return;
    post_([this, time, text] {
        const Message message =
            json_message("logs", {{"entries", Json::array({{{"t", time}, {"m", text}}})}, {"size", nullptr}});
        for (const std::string& reader : log_readers_)
            if (const auto found = sockets_.find(reader); found != sockets_.end()) found->second->send(message);
    });
}

void Hub::close_all() {
    closed_ = true;
    for (const auto& [client_id, socket] : sockets_)
        socket->close();
}

}  // namespace easel::server
