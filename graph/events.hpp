// What happens while a prompt runs, as typed events. web-api/messages.cpp alone turns them into wire messages.
#pragma once

#include "base/json.hpp"
#include "graph/context.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace easel::graph {

struct ExecutionStart {};
struct ExecutionCached {
    std::vector<std::string> nodes;
};
// `node` absent: the end mark of the prompt.
struct Executing {
    std::optional<std::string> node;
    std::string display_node;
};
// `output` is null where the node has no UI output.
struct Executed {
    std::string node;
    std::string display_node;
    Json output;
};
// A picture of what a node is working on, or has made.
struct Preview {
    std::string node;
    std::string display_node;
    std::optional<std::string> parent_node;
    std::string real_node;
    PreviewImage image;
};
// A step, with the picture that belongs to it: which of the two a client is told first depends on its features.
struct Progress {
    std::string node;
    double value = 0;
    double total = 0;
    std::optional<Preview> preview = {};
};

enum class NodeState { pending, running, finished, error };

// One node's line in `progress_state`.
struct NodeProgress {
    std::string node;
    std::string display_node;
    std::optional<std::string> parent_node;
    std::string real_node;
    NodeState state = NodeState::pending;
    double value = 0;
    double total = 1;
};
struct ProgressState {
    std::vector<NodeProgress> nodes;
};

struct Text {
    std::string node;
    std::string text;
};
struct ExecutionSuccess {};
// A failed node, or a blocker with a message. `live_only`: not part of history (blockers), and without a timestamp.
struct ExecutionError {
    std::string node;
    std::string node_type;
    std::vector<std::string> executed;
    std::string exception_message;
    std::string exception_type;
    std::vector<std::string> traceback;
    Json current_inputs = Json::object();
    std::vector<std::string> current_outputs;
    bool live_only = false;
};
struct ExecutionInterrupted {
    std::string node;
    std::string node_type;
    std::vector<std::string> executed;
};

using EventBody = std::variant<ExecutionStart, ExecutionCached, Executing, Executed, Progress, ProgressState, Text,
                               ExecutionSuccess, ExecutionError, ExecutionInterrupted>;

// `client_id` is whom the event is for; absent: a prompt without an owner (see reference behaviour 17).
struct Event {
    std::string prompt_id;
    std::optional<std::string> client_id;
    std::int64_t timestamp_ms = 0;
    EventBody body;
};

// Receives events on the thread that runs the prompt, or on the pool for asynchronous nodes: must be thread-safe and
// must not block.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void emit(Event event) = 0;
};

}  // namespace easel::graph
