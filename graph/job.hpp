// One prompt on its way through the queue, and what is kept of it afterwards.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace easel::graph {

struct Job {
    std::string id;                    // prompt_id, a canonical lower-case UUID
    double number = 0;                 // smaller runs first; `front` gives a negative one
    Json prompt = Json::object();      // validated: constants converted
    Json extra_data = Json::object();  // without secrets: shown by /queue and /history
    Json sensitive = Json::object();   // auth_token_comfy_org, api_key_comfy_org: for nodes only, never shown
    std::vector<std::string> outputs;  // the good output nodes to run
    std::int64_t created_ms = 0;
    int attempts = 0;  // how often a process began to run it
    std::optional<std::string> client_id() const;
};

enum class JobStatus { success, error, cancelled };  // cancelled: interrupted

// One entry of "messages" in history: ["execution_start", {...}].
struct JobMessage {
    std::string name;
    Json data;
};

struct JobResult {
    JobStatus status = JobStatus::success;
    Json outputs = Json::object();  // node id -> UI output
    Json meta = Json::object();     // node id -> {node_id, display_node, parent_node, real_node_id}
    std::vector<JobMessage> messages;
};

struct HistoryEntry {
    Job job;
    JobResult result;
};

}  // namespace easel::graph
