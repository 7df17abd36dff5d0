// What the nodes of a running prompt report, as events: their states, steps, pictures and texts.
#pragma once

#include "base/string_map.hpp"
#include "graph/context.hpp"
#include "graph/events.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace easel::graph {

// Emits the events of one prompt. Safe from any thread; silent after `close`, so that work which outlives its prompt
// disturbs nobody.
class EventChannel {
public:
    EventChannel(EventSink& sink, std::string prompt_id, std::optional<std::string> client_id)
        : sink_(sink), prompt_id_(std::move(prompt_id)), client_id_(std::move(client_id)) {}

    // Returns the event's time in milliseconds.
    std::int64_t emit(EventBody body);
    void close() { is_open_ = false; }

private:
    EventSink& sink_;
    std::string prompt_id_;
    std::optional<std::string> client_id_;
    std::atomic<bool> is_open_ = true;
};

// The state of every node that has started, in order. Each change is told with the states of all of them. Safe from
// any thread.
class ProgressBoard {
public:
    // Beyond so many nodes, a message shows only the running and the latest ones, and the end of a node is told with
    // the start of the next: the messages of a prompt would grow with the square of its size.
    static constexpr std::size_t most_shown = 256;
    static constexpr std::size_t latest_shown = 8;

    explicit ProgressBoard(std::shared_ptr<EventChannel> events) : events_(std::move(events)) {}

    // `names` gives the ids; its state is ignored.
    void start(const NodeProgress& names);
    void finish(const NodeProgress& names);
    void update(const NodeProgress& names, double value, double total);

private:
    void change(const NodeProgress& names, NodeState state, std::optional<std::pair<double, double>> value);
    ProgressState shown() const;

    std::shared_ptr<EventChannel> events_;
    mutable std::mutex mutex_;
    StringMap<std::size_t> index_;
    std::vector<NodeProgress> nodes_;
    std::set<std::size_t> running_;
};

// What a node's context reports to.
class NodeReporter : public Reporter {
public:
    NodeReporter(NodeProgress names, std::shared_ptr<ProgressBoard> board, std::shared_ptr<EventChannel> events,
                 std::stop_token stop)
        : names_(std::move(names)), board_(std::move(board)), events_(std::move(events)), stop_(std::move(stop)) {}

    void progress(double value, double total, std::optional<PreviewImage> preview) override;
    void text(std::string text) override;
    std::stop_token stop() const override { return stop_; }

private:
    NodeProgress names_;
    std::shared_ptr<ProgressBoard> board_;
    std::shared_ptr<EventChannel> events_;
    std::stop_token stop_;
};

}  // namespace easel::graph
